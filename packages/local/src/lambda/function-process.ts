import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { LambdaFunction } from "./function.ts"
import type { Guardian } from "./guardian.ts"

export interface FunctionProcess {
  readonly pid: number
  /** Sends the signal to the function and its child processes. Does nothing when they are gone. */
  signal(name: "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGKILL"): void
  readonly exited: Promise<Exit>
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const RUNTIME = fileURLToPath(new URL("runtime.mjs", import.meta.url))

/** Starts Node with the runtime for one function. Its output goes to `log` line by line. */
export async function startFunctionProcess(options: {
  lambda: LambdaFunction
  runtimeApiAddress: string
  guardian: Guardian
  log: (line: string) => void
}): Promise<FunctionProcess> {
  const { lambda, guardian, log } = options
  // Its own process group (detached): Ctrl-C in the terminal reaches only the host, and the group can be frozen as a whole.
  // The heap limit makes V8 collect garbage as in a sandbox of that size, whatever memory this machine has.
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${Math.floor(lambda.memoryMb * 0.9)}`, RUNTIME],
    {
      cwd: lambda.bundleDir,
      env: { ...lambda.environment, AWS_LAMBDA_RUNTIME_API: options.runtimeApiAddress },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    },
  )
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }))
  })
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject))

  const pid = child.pid as number
  guardian.watch(pid)
  forwardLines(child.stdout, lambda.name, log)
  forwardLines(child.stderr, lambda.name, log)
  return {
    pid,
    signal: (name) => signalGroup(pid, name),
    exited: exited.then((exit) => {
      signalGroup(pid, "SIGKILL")
      guardian.forget(pid)
      return exit
    }),
  }
}

function forwardLines(stream: Readable, functionName: string, log: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    log(`[${functionName}] ${line}`)
  })
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name)
  } catch (error) {
    // macOS returns EPERM for a group whose only process has ended but has not been waited for.
    const { code } = error as NodeJS.ErrnoException
    if (code !== "ESRCH" && code !== "EPERM") throw error
  }
}
