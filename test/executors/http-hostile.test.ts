import { randomBytes } from "node:crypto"
import { gzipSync } from "node:zlib"
import { defineJob, type Executor } from "@sluice/core"
import { http } from "@sluice/http"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { ATTACKS, startHostileReceiver } from "../support/hostile-receiver.ts"
import { KEY, startEndpoint } from "./endpoint.ts"

const hostile = await startHostileReceiver()
const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024, " "))
const answers: Record<string, () => Response> = {
  bomb: () => new Response(bomb, { headers: { "content-encoding": "gzip" } }),
  "two megabytes": () => Response.json({ result: randomBytes(1024 * 1024).toString("hex") }),
  "a result that is too large": () => Response.json({ result: "a".repeat(300_000) }),
  "an error of many words": () => {
    const text = "x".repeat(100_000)
    return Response.json({ error: { name: text, message: text, stack: text } }, { status: 500 })
  },
  "an error of no words": () => Response.json({ error: { name: [1], message: { a: 1 }, stack: 7 } }),
  "a wait of ages": () => Response.json({ error: { name: "Snooze", message: "", wait: "30000d" } }),
  "a wait of ages, in seconds": () =>
    Response.json({ error: { name: "RetryAfter", message: "", wait: 3e9 } }),
  "a wait that is none": () => Response.json({ error: { name: "Snooze", message: "", wait: -1 } }),
  "429 for ages": () => new Response(null, { status: 429, headers: { "retry-after": "99999999999" } }),
  "429 until a date of a server that is an hour ahead": () =>
    new Response(null, { status: 429, headers: { date: inHours(1), "retry-after": inHours(1.1) } }),
}
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toUTCString()
const url = await startEndpoint(async (request) => {
  const { name } = (await request.json()) as { name: string }
  return (answers[name.replaceAll("_", " ").replace("-", ",")] as () => Response)()
})
const jobNameOf = (what: string) => what.replaceAll(" ", "_").replace(",", "-")

const deaf: Executor = { perform: () => new Promise(() => {}) }
const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [
  ...Object.keys(ATTACKS).map((attack) =>
    defineJob({
      name: jobNameOf(attack).replaceAll("'", ""),
      executor: http({ url: hostile.urlOf(attack), key: KEY }),
    }),
  ),
  ...Object.keys(answers).map((name) =>
    defineJob({ name: jobNameOf(name), executor: http({ url, key: KEY }) }),
  ),
  defineJob({ name: "deaf", executor: deaf }),
])

test("whatever an endpoint does instead of answering is a failed attempt, and the drain ends", async () => {
  const names = Object.keys(ATTACKS).map((attack) => jobNameOf(attack).replaceAll("'", ""))
  await sluice.enqueueMany(
    names.map((name) => ({ name, payload: {}, options: { timeout: "700ms", maxAttempts: 1 } })),
  )
  expect(await drainOnce()).toMatchObject({ discarded: names.length, stuck: 0 })
  await eventually(() => expect(hostile.connections()).toBe(0))
})

test("an executor that never answers is given up at the timeout, and the drain ends", async () => {
  await sluice.enqueue("deaf", {}, { timeout: "100ms", maxAttempts: 1 })
  expect(await drainOnce()).toMatchObject({ discarded: 1, stuck: 0 })
})

async function answered(what: string) {
  await database.rows("delete from sluice.jobs")
  const { id } = await sluice.enqueue(jobNameOf(what), {})
  const summary = await drainOnce()
  const [row] = await database.rows(
    "select extract(epoch from run_at - now())::float as wait from sluice.jobs where id = $1",
    [id],
  )
  return { ...(await sluice.getJob(id)), summary, wait: row?.wait as number }
}

test("an answer of more than a megabyte is a failed attempt that says so", async () => {
  expect((await answered("two megabytes")).errors).toMatchObject([
    {
      message: expect.stringMatching(/returned 200 with more than 1048576 bytes: store results elsewhere/),
    },
  ])
})

test("a result that is a little too large is dropped, since the work is done", async () => {
  expect(await answered("a result that is too large")).toMatchObject({ state: "succeeded", result: null })
})

test("a compressed answer is not unpacked", async () => {
  expect((await answered("bomb")).errors).toMatchObject([
    { message: expect.stringContaining("returned 200: ") },
  ])
})

test("an error is cut to what the history keeps, and what is no text is left out", async () => {
  const { errors } = await answered("an error of many words")
  expect(errors?.[0]).toMatchObject({ class: "x".repeat(200), message: "x".repeat(2_000) })
  expect((await answered("an error of no words")).errors).toMatchObject([{ class: "Error", message: "" }])
})

test("no answer parks a job for longer than a year, and no status for longer than a day", async () => {
  const aYear = 365 * 86_400
  expect((await answered("a wait of ages")).wait).toBeCloseTo(aYear, -2)
  expect((await answered("a wait of ages, in seconds")).wait).toBeCloseTo(aYear, -2)
  expect((await answered("429 for ages")).wait).toBeCloseTo(86_400, -2)
  expect((await answered("a wait that is none")).summary).toMatchObject({ retried: 1, snoozed: 0 })
})

test("a time to come back at is measured by the clock that says it", async () => {
  const { wait } = await answered("429 until a date of a server that is an hour ahead")
  expect(wait).toBeGreaterThan(340)
  expect(wait).toBeLessThan(380)
})
