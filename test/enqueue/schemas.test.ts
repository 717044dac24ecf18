import { type AnyJobDefinition, defineJob, type JobDefinition } from "@sluice/core"
import { type } from "arktype"
import * as v from "valibot"
import { expect, test } from "vitest"
import * as z from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

type Order = { shop: string; lines: { amount: number }[] }

const database = await createDatabase()
const performed: unknown[] = []
const perform = (payload: unknown) => void performed.push(payload)

const withZod = defineJob({
  name: "zod",
  input: z.object({ shop: z.string(), lines: z.array(z.object({ amount: z.number() })) }),
  perform,
})
const withValibot = defineJob({
  name: "valibot",
  input: v.object({ shop: v.string(), lines: v.array(v.object({ amount: v.number() })) }),
  perform,
})
const withArktype = defineJob({
  name: "arktype",
  input: type({ shop: "string", lines: type({ amount: "number" }).array() }),
  perform,
})
const parsing = defineJob({
  name: "parsing",
  input: z.object({
    at: z.string().transform((text) => new Date(text)),
    copies: z.number().default(1),
  }),
  perform,
})
const asking = defineJob({
  name: "asking",
  input: z.object({ user: z.string().refine(async (user) => user !== "nobody", "no such user") }),
  perform,
})
const jobs = [withZod, withValibot, withArktype, parsing, asking] as AnyJobDefinition[]
const { sluice, drainOnce } = drainable(database, jobs)

const orders: [string, JobDefinition<Order, Order, unknown>][] = [
  ["zod", withZod],
  ["valibot", withValibot],
  ["arktype", withArktype],
]

test.each(orders)(
  "with %s a payload that fits is stored as it was given and reaches perform",
  async (_library, job) => {
    performed.length = 0
    const payload = { shop: "a", lines: [{ amount: 1 }, { amount: 2.5 }] }
    const { id } = await sluice.enqueue(job, payload)
    expect(await sluice.getJob(id)).toMatchObject({ payload })
    await drainOnce()
    expect(performed).toEqual([payload])
  },
)

test.each(orders)(
  "with %s a payload that doesn't fit is refused with the path to what is wrong",
  async (library, job) => {
    const payload = { shop: "a", lines: [{ amount: 1 }, { amount: "many" }] } as never
    await expect(sluice.enqueue(job, payload)).rejects.toMatchObject({
      name: "InvalidPayloadError",
      code: "invalid_payload",
      path: ["payload", "lines", 1, "amount"],
      issues: [{ path: ["lines", 1, "amount"], message: expect.any(String) }],
      message: expect.stringContaining(
        `"${library}" doesn't match its input schema. payload.lines.1.amount: `,
      ),
    })
    expect(await stored()).toBe(0)
  },
)

test("every issue is listed", async () => {
  await expect(sluice.enqueue(withZod, { lines: [{}] } as never)).rejects.toMatchObject({
    issues: [{ path: ["shop"] }, { path: ["lines", 0, "amount"] }],
    message: expect.stringMatching(/payload\.shop: .*; payload\.lines\.0\.amount: /),
  })
})

test("a job without a payload is checked too", async () => {
  await expect(sluice.enqueueMany([{ name: "zod" }])).rejects.toMatchObject({
    code: "invalid_payload",
    index: 0,
  })
})

test("a schema may be asynchronous", async () => {
  await expect(sluice.enqueue(asking, { user: "nobody" })).rejects.toMatchObject({
    path: ["payload", "user"],
    message: expect.stringContaining("no such user"),
  })
  expect(await stored()).toBe(0)
  performed.length = 0
  await sluice.enqueue(asking, { user: "ada" })
  await drainOnce()
  expect(performed).toEqual([{ user: "ada" }])
})

test("what is stored is the input; what reaches perform is what the schema makes of it", async () => {
  performed.length = 0
  const { id } = await sluice.enqueue(parsing, { at: "2030-01-01T00:00:00Z" })
  expect(await sluice.getJob(id)).toMatchObject({ payload: { at: "2030-01-01T00:00:00Z" } })
  await drainOnce()
  expect(performed).toEqual([{ at: new Date("2030-01-01T00:00:00Z"), copies: 1 }])
})

async function stored(): Promise<number> {
  return (await database.rows("select count(*)::int from sluice.jobs"))[0].count
}
