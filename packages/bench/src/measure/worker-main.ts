// A process with workers of one system. It connects and sends "ready", starts on "go", reports how many jobs it has
// performed, and on "stop" sends which ones, so that missing and duplicate jobs are noticed.
import { setTimeout as wait } from "node:timers/promises"
import pg from "pg"
import type { Payload, System } from "../system.ts"

export interface Orders {
  readonly system: Pick<System, "name" | "module">
  readonly url: string
  /** Workers in this process. */
  readonly workers: number
  readonly concurrency: number
  readonly lingers: boolean
  readonly isWatchful?: boolean
  /** Duration of a job. */
  readonly performMs: number
}

export type Order = "go" | "stop"

export type Message = { readonly performed: number } | "ready" | Done

export interface Done {
  /** Numbers of the performed jobs, one for each execution. */
  readonly numbers: Uint32Array
  /** From the enqueue to the start, for jobs whose payload has the time of the enqueue. */
  readonly latenciesMs: Float64Array
  readonly statements: number
}

const REPORT_EVERY_MS = 5

const orders = JSON.parse(process.env.BENCH_ORDERS as string) as Orders
const system = Object.values<System>(await import(orders.system.module))[0] as System

const numbers: number[] = []
const latenciesMs: number[] = []
let statements = 0
countStatements()

const perform = orders.performMs > 0 ? performSlowly : record
const workers = await Promise.all(
  Array.from({ length: orders.workers }, () => system.openWorker({ ...orders, perform })),
)
process.on("message", (order: Order) => (order === "go" ? go() : void stop()))
process.on("disconnect", () => process.exit(1))
statements = 0
send("ready")

function record({ n, at }: Payload): void {
  if (at !== undefined) latenciesMs.push(performance.timeOrigin + performance.now() - at)
  numbers.push(n)
}

async function performSlowly(payload: Payload): Promise<void> {
  record(payload)
  await wait(orders.performMs)
}

function go(): void {
  for (const worker of workers) worker.start()
  let reported = 0
  setInterval(() => {
    if (numbers.length === reported) return
    reported = numbers.length
    send({ performed: reported })
  }, REPORT_EVERY_MS)
}

async function stop(): Promise<void> {
  const statementsBeforeStop = statements
  await Promise.race([Promise.all(workers.map((worker) => worker.stop())), wait(10_000)])
  const done = {
    numbers: Uint32Array.from(numbers),
    latenciesMs: Float64Array.from(latenciesMs),
    statements: statementsBeforeStop,
  }
  process.send?.(done satisfies Done, () => process.exit(0))
}

function send(message: Message): void {
  process.send?.(message)
}

/** Patches pg, which all systems here use. */
function countStatements(): void {
  const query = pg.Client.prototype.query as (...parameters: unknown[]) => unknown
  pg.Client.prototype.query = function (this: pg.Client, ...parameters: unknown[]) {
    statements++
    return query.apply(this, parameters)
  } as never
}
