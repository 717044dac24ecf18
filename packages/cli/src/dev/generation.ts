import { type ChildProcess, fork } from "node:child_process"
import type { Socket } from "node:net"

/** A process that performs the jobs and serves the API with the code as it was when the process began. */
export interface Generation {
  /** Resolves to the names of its jobs, or to undefined if it ends before: then it has said why. */
  readonly ready: Promise<readonly string[] | undefined>
  readonly exited: Promise<number | null>
  /** Passes on a connection. */
  serve(socket: Socket): void
  /** Lets it end once its running jobs have: another generation starts the next ones. */
  retire(): void
  /** Lets it end within seconds. */
  quit(): void
}

/** What a generation is told, beside connections, and what it tells. */
export type Order = "socket" | "retire" | "quit"
export interface Ready {
  readonly jobs: readonly string[]
}

/** Set for a generation: by it, `sluice dev` knows that it is one. */
export const GENERATION = "SLUICE_DEV_GENERATION"
/** It is told to end, and ends a little later whatever its jobs do. */
export const QUIT_WITHIN_MS = 5_000
const KILL_AFTER_MS = QUIT_WITHIN_MS + 2_000

/** Starts one with the arguments of this process. */
export function startGeneration(environment: Readonly<Record<string, string>>): Generation {
  const [, main = "", ...args] = process.argv
  const child = fork(main, args, { env: { ...process.env, ...environment, [GENERATION]: "1" } })
  const exited = new Promise<number | null>((resolve) => void child.once("exit", resolve))
  const ready = new Promise<readonly string[] | undefined>((resolve) => {
    child.once("message", ({ jobs }: Ready) => resolve(jobs))
    exited.then(() => resolve(undefined))
  })
  child.on("error", () => {}) // of messages that can't be sent: it has ended
  return {
    ready,
    exited,
    serve: (socket) => void (tell(child, "socket", socket) || socket.destroy()),
    retire: () => void tell(child, "retire"),
    quit() {
      tell(child, "quit")
      setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref()
    },
  }
}

function tell(child: ChildProcess, order: Order, socket?: Socket): boolean {
  return child.connected && child.send(order, socket)
}
