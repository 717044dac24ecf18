import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { createSluice } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { freePort } from "../support/free-port.ts"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
const JOBS = fileURLToPath(new URL("fixtures/jobs.ts", import.meta.url))

test("`sluice work` performs jobs, answers to a health check, and on SIGTERM ends in order with 0", async () => {
  const database = await createDatabase()
  const port = String(await freePort())
  const worker = run(
    database.url,
    "--jobs",
    JOBS,
    "--health-port",
    port,
    "--grace",
    "10s",
    "--queues",
    "default,mail",
  )
  const sluice = createSluice({ database: database.pool })
  const other = await sluice.enqueue("noop", {}, { queue: "heavy" })
  const { id } = await sluice.enqueue("noop", {}, { queue: "mail" })
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }), 20_000)
  const health = await fetch(`http://127.0.0.1:${port}/health`)
  expect([health.status, await health.json()]).toEqual([200, expect.objectContaining({ state: "working" })])

  const running = await sluice.enqueue("sleep", { ms: 500 })
  await eventually(async () => expect(await sluice.getJob(running.id)).toMatchObject({ state: "running" }))
  worker.child.kill("SIGTERM")
  expect(await worker.exit).toEqual([0, null])
  expect(await sluice.getJob(running.id)).toMatchObject({ state: "succeeded" })
  expect(worker.output()).toContain("working on noop, sleep")
  expect(await sluice.getJob(other.id), "of a queue that it was not told to serve").toMatchObject({
    state: "ready",
  })
})

test("`sluice work --except` leaves a queue to others", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  const other = await sluice.enqueue("noop", {}, { queue: "heavy" })
  const { id } = await sluice.enqueue("noop", {}, { queue: "mail" })
  const worker = run(database.url, "--jobs", JOBS, "--except", "heavy")
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }), 20_000)
  worker.child.kill("SIGTERM")
  await worker.exit
  expect(await sluice.getJob(other.id)).toMatchObject({ state: "ready" })
})

test("`sluice work` serves the metrics of the queue, on a port of their own or beside its health", async () => {
  const database = await createDatabase()
  const [health, metrics] = [String(await freePort()), String(await freePort())]
  const apart = run(database.url, "--jobs", JOBS, "--health-port", health, "--metrics-port", metrics)
  const get = (port: string, path: string) => fetch(`http://127.0.0.1:${port}${path}`)
  await eventually(async () => expect((await get(health, "/health")).status).toBe(200), 20_000)
  const scraped = await get(metrics, "/metrics")
  expect(scraped.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
  expect(await scraped.text()).toContain("\nsluice_drainers 1\n")
  expect([(await get(metrics, "/health")).status, (await get(health, "/metrics")).status]).toEqual([404, 404])
  apart.child.kill("SIGTERM")
  await apart.exit

  const together = run(database.url, "--jobs", JOBS, "--health-port", health, "--metrics-port", health)
  await eventually(async () => expect((await get(health, "/health")).status).toBe(200), 20_000)
  expect((await get(health, "/metrics")).status).toBe(200)
  together.child.kill("SIGTERM")
  await together.exit
})

test.each([
  [[], 2, "Which jobs? Give --jobs <file>"],
  [["--jobs", "nowhere.ts"], 1, "nowhere.ts can't be loaded"],
  [["--jobs", MAIN.replace("main.ts", "nearest.ts")], 2, "exports no job definition"],
  [["--jobs", JOBS, "--concurrency", "many"], 2, '--concurrency is "many": give a whole number'],
])("`sluice work %j` is refused in words, with the exit code %i", async (parameters, exitCode, words) => {
  const worker = run("postgres://127.0.0.1:1/none", ...parameters)
  expect(await worker.exit).toEqual([exitCode, null])
  expect(worker.output()).toContain(words)
  expect(worker.output()).not.toContain("    at ")
})

function run(databaseUrl: string, ...parameters: string[]) {
  const child = spawn(process.execPath, [MAIN, "work", "--database-url", databaseUrl, ...parameters])
  onTestFinished(() => void child.kill("SIGKILL"))
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk))
  return { child, output: () => output, exit: once(child, "close") }
}
