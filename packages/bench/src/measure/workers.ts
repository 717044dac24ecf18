import { fork } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Done, Message, Order, Orders } from "./worker-main.ts"

/** Worker processes of one system, ready to start together. */
export interface Workers {
  go(): void
  /** The number of executions that have started. */
  performed(): number
  /** Ends them, and returns what they did. */
  stop(): Promise<Done[]>
  /** Sends SIGKILL to those that still run. */
  kill(): Promise<void>
}

const MAIN = new URL("./worker-main.ts", import.meta.url)

/** Keeps what Node makes of the sources, so that the processes of a measurement start in half the time. */
const COMPILE_CACHE = join(tmpdir(), "sluice-bench-compile-cache")

/** More processes would only share cores. More workers than this run several in a process. */
const MAX_PROCESSES = 8

export async function startWorkers(orders: Omit<Orders, "workers">, workers: number): Promise<Workers> {
  const count = Math.min(workers, MAX_PROCESSES)
  const shares = Array.from({ length: count }, (_, index) => Math.floor((workers + index) / count))
  const processes = await Promise.all(shares.map((share) => startProcess({ ...orders, workers: share })))
  return {
    go() {
      for (const process of processes) process.order("go")
    },
    performed: () => processes.reduce((total, process) => total + process.performed, 0),
    stop: () => Promise.all(processes.map((process) => process.stop())),
    async kill() {
      await Promise.all(processes.map((process) => process.kill()))
    },
  }
}

async function startProcess(orders: Orders) {
  const { name, module } = orders.system
  const child = fork(MAIN, {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      BENCH_ORDERS: JSON.stringify({ ...orders, system: { name, module } }),
    },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
  const exited = once(child, "exit")
  const done = Promise.withResolvers<Done>()
  const ready = Promise.withResolvers<void>()
  const self = {
    performed: 0,
    order: (order: Order) => void child.send(order),
    async stop() {
      child.send("stop" satisfies Order)
      const answer = await done.promise
      await exited
      return answer
    },
    async kill() {
      child.kill("SIGKILL")
      await exited
    },
  }
  child.on("message", (message: Message) => {
    if (message === "ready") ready.resolve()
    else if ("performed" in message) self.performed = message.performed
    else done.resolve(message)
  })
  exited.then(([code, signal]) => {
    const ended = new Error(`A worker of ${orders.system.name} ended early with ${signal ?? code}`)
    ready.reject(ended)
    done.reject(ended)
  })
  done.promise.catch(() => {})
  await ready.promise
  return self
}
