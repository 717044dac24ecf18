import { spawn } from "node:child_process"
import { once } from "node:events"

export interface Guardian {
  /** From now on this process and its group end with the host, whatever happens to it. */
  watch(pid: number): void
  forget(pid: number): void
  close(): Promise<void>
}

// At the end of its input the pipe's other end is gone, and that is the host: killed, crashed or closed.
const SCRIPT = `
pids=" "
while read -r action pid; do
  case $action in
    watch) pids="$pids$pid " ;;
    forget) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "-$pid"; done
`

/**
 * Starts a small shell that outlives the host and kills the function processes that the host leaves behind.
 * A frozen process can't notice by itself that its host was killed, and would stay for ever.
 */
export function startGuardian(): Guardian {
  const shell = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] })
  const exited = once(shell, "exit")
  // Only a test that kills the guardian sees a broken pipe here; the host goes on without it.
  shell.stdin.on("error", () => {})
  shell.unref()
  return {
    watch(pid) {
      shell.stdin.write(`watch ${pid}\n`)
    },
    forget(pid) {
      shell.stdin.write(`forget ${pid}\n`)
    },
    async close() {
      shell.ref()
      shell.stdin.end()
      await exited
    },
  }
}
