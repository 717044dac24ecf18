import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { serve } from "@hono/node-server"
import { type AnyJobDefinition, defineJob } from "@sluice/core"
import { createPerformHandler, http } from "@sluice/http"
import { afterEach, expect, onTestFinished, test } from "vitest"
import * as z from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: unknown[] = []
const perform = (payload: unknown) => void performed.push(payload)

const dated = defineJob({ name: "dated", input: z.object({ at: z.date() }), perform })
const coerced = defineJob({ name: "coerced", input: z.object({ at: z.coerce.date() }), perform })
const sets = defineJob({ name: "sets", input: z.object({ tags: z.set(z.string()) }), perform })
const maps = defineJob({ name: "maps", input: z.object({ by: z.map(z.string(), z.number()) }), perform })
const nan = defineJob({ name: "nan", input: z.object({ n: z.nan() }), perform })
const holes = defineJob({ name: "holes", input: z.array(z.string().optional()), perform })
const optional = defineJob({
  name: "optional",
  input: z.strictObject({ cc: z.string().optional() }),
  perform,
})
const keyed = defineJob({
  name: "keyed",
  input: z.object({ at: z.coerce.date<Date | string>() }),
  concurrency: { key: ({ at }) => `${typeof at} ${at}` },
  perform,
})
const jobs = [dated, coerced, sets, maps, nan, holes, optional, keyed] as unknown as AnyJobDefinition[]
const { sluice, drainOnce } = drainable(database, jobs)
const at = new Date("2030-01-01T00:00:00Z")

afterEach(async () => {
  await database.pool.query("delete from sluice.jobs")
  performed.splice(0)
})

test.each<[string, unknown, path: (string | number)[]]>([
  ["dated", { at }, ["at"]],
  ["sets", { tags: new Set(["a"]) }, ["tags"]],
  ["maps", { by: new Map([["a", 1]]) }, ["by"]],
  ["nan", { n: Number.NaN }, ["n"]],
  ["holes", ["a", undefined], [1]],
])(
  "what would be stored as something else (%s) is refused with the path, though its schema takes it",
  async (name, payload, path) => {
    const refused = { code: "invalid_payload", path: ["payload", ...path] }
    await expect(sluice.enqueue(name, payload)).rejects.toMatchObject(refused)
    expect(await database.rows("select * from sluice.jobs")).toEqual([])
  },
)

test("the error of a Date says that JSON has text for it", async () => {
  await expect(sluice.enqueue(dated, { at })).rejects.toThrow(/payload\.at: .*a Date is stored as a string/)
})

test("a Date is taken where the schema takes its text, and perform is given what the schema makes of that", async () => {
  const { id } = await sluice.enqueue(coerced, { at })
  expect(await sluice.getJob(id)).toMatchObject({ payload: { at: at.toISOString() } })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(performed).toEqual([{ at }])
})

test("a property that is undefined is left out", async () => {
  const { id } = await sluice.enqueue(optional, { cc: undefined })
  expect(await sluice.getJob(id)).toMatchObject({ payload: {} })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
})

test("a concurrency key is made of what is stored", async () => {
  const { id } = await sluice.enqueue(keyed, { at })
  expect(await sluice.getJob(id)).toMatchObject({ concurrencyKey: `string ${at.toISOString()}` })
})

test("a payload that doesn't fit at perform discards its job at the first execution", async () => {
  const [{ id }] = await database.rows(`select sluice.enqueue('dated', '{"at": 5}')::text as id`)
  expect(await drainOnce()).toMatchObject({ claimed: 1, discarded: 1, retried: 0 })
  expect(performed).toEqual([])
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    attempts: 1,
    errors: [{ class: "InvalidPayloadError", message: expect.stringContaining("payload.at") }],
  })
})

test("the same behind an endpoint", async () => {
  const key = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
  const handler = createPerformHandler({ jobs: [dated], key })
  const server = serve({ fetch: handler, port: 0, hostname: "127.0.0.1" })
  onTestFinished(() => void server.close())
  await once(server, "listening")
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const remote = drainable(database, [defineJob({ name: "dated", executor: http({ url, key }) })])

  const { id } = await remote.sluice.enqueue("dated", { at: 5 })
  expect(await remote.drainOnce()).toMatchObject({ discarded: 1, retried: 0 })
  expect(performed).toEqual([])
  expect((await remote.sluice.getJob(id))?.errors).toMatchObject([
    { message: expect.stringContaining("payload.at") },
  ])
})
