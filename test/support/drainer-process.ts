import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import type { DrainerOrders, DrainerReport } from "./drainer-main.ts"

export interface DrainerProcess {
  readonly process: ChildProcess
  /** What the process reported at its end; rejects when it died before. */
  readonly report: Promise<DrainerReport>
  kill(): Promise<void>
}

/** Starts a drainer in a process of its own, that performs the jobs of jobs.ts. */
export function spawnDrainer(orders: DrainerOrders): DrainerProcess {
  const child = fork(new URL("./drainer-main.ts", import.meta.url), {
    env: { ...process.env, DRAINER_ORDERS: JSON.stringify(orders) },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  const exit = once(child, "exit")
  const report = Promise.race([
    once(child, "message").then(([message]) => message as DrainerReport),
    // not at the exit alone: that may be told before the last message has been read
    Promise.all([exit, once(child, "disconnect")]).then(([[code, signal]]) => {
      throw new Error(`The drainer ended with ${signal ?? code} and no report`)
    }),
  ])
  report.catch(() => {})
  return {
    process: child,
    report,
    async kill() {
      const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined
      child.kill("SIGKILL")
      await exited
    },
  }
}
