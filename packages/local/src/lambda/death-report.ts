import type { LambdaFunction } from "./function.ts"
import type { Exit } from "./function-process.ts"

/** How an invocation ends when its process ends. */
export type Death = "timed out" | "out of memory" | "init failed" | "exited"

/** The error that the invoker gets for an invocation whose process has ended, as JSON text in Lambda's format. */
export function deathReport(death: Death, requestId: string, lambda: LambdaFunction, exit: Exit): string {
  const [errorType, message] = describe(death, lambda, exit)
  return JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` })
}

/** In Lambda's words: `exit status 1`, `signal: killed`. */
export function describeExit({ code, signal }: Exit): string {
  if (signal !== null) return `signal: ${signal === "SIGKILL" ? "killed" : signal}`
  return `exit status ${code}`
}

function describe(death: Death, lambda: LambdaFunction, exit: Exit): [type: string, message: string] {
  switch (death) {
    case "timed out":
      return ["Sandbox.Timedout", `Task timed out after ${(lambda.timeoutMs / 1_000).toFixed(2)} seconds`]
    case "out of memory":
      return [
        "Runtime.OutOfMemory",
        `Runtime exited with error: signal: killed (memory size: ${lambda.memoryMb} MB)`,
      ]
    case "init failed":
      return ["Sandbox.Timedout", "Task timed out in its init phase"]
    case "exited":
      return exit.code === 0
        ? ["Runtime.ExitError", "Runtime exited without providing a reason"]
        : ["Runtime.ExitError", `Runtime exited with error: ${describeExit(exit)}`]
  }
}
