import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { createSluice } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startProxy } from "../support/proxy.ts"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
const JOBS = fileURLToPath(new URL("fixtures/stubborn.ts", import.meta.url))
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("a worker with a job that ignores its signal is gone two seconds after the grace, and its job is another's", async () => {
  const { child, output } = await workOn(await sluice.enqueue("stubborn", { ms: 60_000 }), database.url)
  const { ms, code } = await stop(child)
  expect(ms).toBeLessThan(3_000)
  expect(code).toBe(1)
  expect(output()).toContain("end the process")
})

test("what ends within the grace is written, and what a job has left open doesn't hold the process", async () => {
  const job = await sluice.enqueue("stubborn", { ms: 1_500 })
  const { child, output } = await workOn(job, database.url, "2s")
  const { ms, code } = await stop(child)
  expect(output()).toContain("stopped")
  expect(code).toBe(0)
  expect(ms).toBeLessThan(4_000)
  expect(await sluice.getJob(job.id)).toMatchObject({ state: "succeeded" })
})

test("a worker whose database doesn't answer is gone as soon", async () => {
  const proxy = await startProxy(database.url)
  const { child, output } = await workOn(await sluice.enqueue("stubborn", { ms: 60_000 }), proxy.url)
  proxy.deafen()
  const { ms, code } = await stop(child)
  expect(ms).toBeLessThan(3_000)
  expect(code, output()).toBe(1)
  await proxy.stop()
})

async function workOn({ id }: { id: string }, url: string, grace = "1s") {
  const parameters = ["--database-url", url, "--jobs", JOBS, "--grace", grace]
  const child = spawn(process.execPath, [MAIN, "work", ...parameters])
  onTestFinished(() => void child.kill("SIGKILL"))
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk))
  await eventually(() => expect(output).toContain(`begun ${id}`), 30_000)
  return { child, output: () => output }
}

async function stop(child: ReturnType<typeof spawn>) {
  const beganAtMs = performance.now()
  const closed = once(child, "close")
  child.kill("SIGTERM")
  const [code] = await closed
  return { code, ms: performance.now() - beganAtMs }
}
