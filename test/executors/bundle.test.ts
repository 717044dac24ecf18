import { readdir } from "node:fs/promises"
import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { startFunctions } from "./functions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const environment = { DATABASE_URL: database.url }
const { host, bundles } = await startFunctions({ drain: { environment }, performs: {} })

const drain = async () => JSON.parse((await host.invoke("drain", "{}")).payload)

test("a bundled drain function has its threads from the bundle, with nothing beside it", async () => {
  const { id } = await sluice.enqueue("spin", {})
  const late = await sluice.enqueue("spin", { ms: 600_000 }, { timeout: "300ms", maxAttempts: 1 })
  expect(await drain()).toMatchObject({ succeeded: 1, discarded: 1, stuck: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ result: { isMainThread: false, file: "bundle.mjs" } })
  expect(await sluice.getJob(late.id)).toMatchObject({ errors: [{ class: "TimeoutError" }] })
  expect(await readdir(bundles.drain?.bundleDir as string)).not.toContainEqual(
    expect.stringMatching(/worker|thread/),
  )
})

test("the same process performs in threads again, after it was frozen", async () => {
  const pids = () => host.processes().map(({ pid }) => pid)
  const before = pids()
  const { id } = await sluice.enqueue("spin", {})
  expect(await drain()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ result: { isMainThread: false } })
  expect(pids()).toEqual(before)
})

test("a drain function performs jobs in another function", async () => {
  const { id } = await sluice.enqueue("work", {})
  expect(await drain()).toMatchObject({ succeeded: 1 })
  const [performer] = host.processes().filter(({ functionName }) => functionName === "performs")
  expect(await sluice.getJob(id)).toMatchObject({ result: { id, process: performer?.pid } })
})
