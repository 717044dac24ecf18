import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { build, type Format } from "esbuild"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

type Core = typeof import("@sluice/core")

const database = await createDatabase()
const folder = await makeTemporaryFolder()
afterAll(() => folder.remove())

const core: Core = await import("@sluice/core")
/** The app's copy, as CommonJS. The drainer uses the other. */
const app: Core = await import(pathToFileURL(await bundle("app.cjs", "cjs")).href)

test("errors are recognised in another copy, each as its own classes only", () => {
  const names = errorNames()
  expect(names.length).toBeGreaterThan(10)
  for (const name of names) {
    const thrown: unknown = Object.create(app[name].prototype)
    const recognisedAs = names.filter((other) => thrown instanceof core[other])
    expect(recognisedAs).toEqual(names.filter((other) => isOrExtends(core[name], core[other])))
  }
})

test("an app's own error class is recognised as what it extends, and as nothing else", () => {
  class Unsubscribed extends app.Discard {}
  class OtherDiscard extends core.Discard {}
  const thrown: unknown = new Unsubscribed("unsubscribed")
  expect(thrown).toBeInstanceOf(core.Discard)
  expect(thrown).toBeInstanceOf(Unsubscribed)
  expect(thrown).not.toBeInstanceOf(OtherDiscard)
  expect(thrown).not.toBeInstanceOf(core.Snooze)
})

test("what a job throws from the app's copy controls the job in the drainer's copy", async () => {
  const thrown = {
    discard: () => new app.Discard("unsubscribed"),
    snooze: () => new app.Snooze("1h"),
    retry: () => new app.RetryAfter("2h"),
  }
  const jobs = Object.entries(thrown).map(([name, create]) =>
    app.defineJob({
      name,
      perform() {
        throw create()
      },
    }),
  )
  const { sluice, drainOnce } = drainable(database, jobs)
  const [discarded, snoozed, retried] = await sluice.enqueueMany(jobs.map(({ name }) => ({ name })))
  await drainOnce()
  expect(await sluice.getJob(discarded?.id ?? "")).toMatchObject({ state: "discarded", attempts: 1 })
  expect(await sluice.getJob(snoozed?.id ?? "")).toMatchObject({ state: "scheduled", attempts: 0 })
  const retry = await sluice.getJob(retried?.id ?? "")
  expect(retry).toMatchObject({ state: "scheduled", attempts: 1 })
  expect(Number(retry?.runAt) - Number(retry?.enqueuedAt)).toBeGreaterThanOrEqual(7_200_000)
})

test("a definition of one copy enqueues through a Sluice of the other, with its correlation id", async () => {
  const seen: unknown[] = []
  const job = app.defineJob({ name: "correlated", perform: () => void seen.push(app.currentCorrelationId()) })
  const { drainOnce } = drainable(database, [job])
  await app.correlate("request-1", () => job.enqueue({}))
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(seen).toEqual(["request-1"])
})

test("a thread performs the jobs of both copies", async () => {
  await bundle("other.mjs", "esm")
  const module = join(folder.path, "jobs.mjs")
  await writeFile(
    module,
    `import app from "./app.cjs"
     import * as other from "./other.mjs"
     const define = (name, { defineJob, thread }) =>
       defineJob({ name, executor: thread(import.meta.url), perform: ({ text }) => name + " " + text })
     export const jobs = [define("in-app", app), define("in-other", other)]`,
  )
  const { jobs } = await import(pathToFileURL(module).href)
  const { sluice, drainOnce } = drainable(database, jobs)
  const enqueued = await sluice.enqueueMany([
    { name: "in-app", payload: { text: "hello" } },
    { name: "in-other", payload: { text: "hello" } },
  ])
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  const results = await Promise.all(enqueued.map(async ({ id }) => (await sluice.getJob(id))?.result))
  expect(results).toEqual(["in-app hello", "in-other hello"])
})

/** A copy of the package in one file. */
async function bundle(name: string, format: Format): Promise<string> {
  const outfile = join(folder.path, name)
  const contents = `export * from "@sluice/core"; export { thread } from "@sluice/core/thread"`
  const stdin = { contents, resolveDir: import.meta.dirname }
  await build({ stdin, outfile, format, bundle: true, minify: true, platform: "node", external: ["pg"] })
  return outfile
}

type ErrorName = {
  [Name in keyof Core]: Core[Name] extends typeof core.SluiceError ? Name : never
}[keyof Core]

function errorNames(): ErrorName[] {
  return (Object.keys(core) as ErrorName[]).filter((name) => isOrExtends(core[name], core.SluiceError))
}

function isOrExtends(type: unknown, base: object): boolean {
  return type === base || (typeof type === "function" && isOrExtends(Object.getPrototypeOf(type), base))
}
