import { spawn } from "node:child_process"
import { once } from "node:events"

export interface Guardian {
  /** From now on this process and its group are killed when the host ends, however it ends. */
  watch(pid: number): void
  forget(pid: number): void
  close(): Promise<void>
}

// The input ends when the host, at the pipe's other end, is gone: killed, crashed or closed.
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
 * Starts a small shell that outlives the host and kills the function processes that the host leaves behind. A frozen
 * process can't notice that its host was killed, and would stay forever.
 */
export function startGuardian(): Guardian {
  const shell = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] })
  const exited = once(shell, "exit")
  // The pipe breaks only when a test kills the guardian. The host continues without it.
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
