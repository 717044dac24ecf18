import { type Connection, createSluice, defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const MIB = 1024 * 1024
const database = await createDatabase()
afterEach(async () => {
  order.length = 0
  await database.pool.query("truncate sluice.jobs, sluice.failures")
})

let held = 0
let mostHeld = 0
const large = defineJob({
  name: "large",
  async perform({ text }: { text: string }) {
    held += text.length
    mostHeld = Math.max(mostHeld, held)
    await new Promise((resolve) => setTimeout(resolve, 5))
    held -= text.length
  },
})
const order: number[] = []
const numbered = defineJob({
  name: "numbered",
  perform({ at }: { at: number }) {
    order.push(at)
  },
})
const keyed = defineJob({
  name: "keyed",
  concurrency: { key: ({ text }: { text: string }) => text.slice(0, 1), limit: 1_000 },
  perform() {},
})
const { sluice, drainOnce } = drainable(database, [large, numbered, keyed])

/** Connections that tell how many jobs each claim asked for, and how large the answers were that bring payloads. */
function measured() {
  const sizes: number[] = []
  const limits: number[] = []
  const connect = async () => {
    const connection: Connection = await database.connect()
    const query = connection.query.bind(connection)
    connection.query = async (text, values) => {
      const result = await query(text, values)
      const statement = (text as unknown as { text?: string }).text ?? text // ours tell how they are to be read
      if (/\.claim\(.*p_limit => \$3/.test(statement)) limits.push(values?.[2])
      if (/\.(claim|claim_suspects|read_unkeyed)\(/.test(statement))
        sizes.push(JSON.stringify(result.rows).length)
      return result
    }
    return connection
  }
  return { sizes, limits, connect }
}

const text = "x".repeat(250_000)

test("a claim takes no more than 8 MiB of jobs, and a drainer holds no more than 16 MiB, whatever its concurrency", async () => {
  await sluice.enqueueMany(Array.from({ length: 70 }, () => ({ name: "large", payload: { text } })))
  const { sizes, connect } = measured()
  expect(await drainOnce({ connect, concurrency: 500 })).toMatchObject({ succeeded: 70, lost: 0 })
  expect(Math.max(...sizes)).toBeGreaterThan(7 * MIB)
  expect(Math.max(...sizes)).toBeLessThan(8.5 * MIB)
  expect(mostHeld).toBeLessThanOrEqual(16 * MIB)
})

test("after large jobs, a claim asks for as many as can come with it, and after small ones for as many as ever", async () => {
  await sluice.enqueueMany(Array.from({ length: 70 }, () => ({ name: "large", payload: { text } })))
  await sluice.enqueueMany(Array.from({ length: 100 }, (_, at) => ({ name: "numbered", payload: { at } })))
  const { limits, connect } = measured()
  expect(await drainOnce({ connect, concurrency: 500 })).toMatchObject({ succeeded: 170 })
  const [first, second] = limits.filter((limit) => limit > 0)
  expect(first).toBe(500)
  expect(second).toBe(Math.floor((8 * MIB) / JSON.stringify({ text }).length))
  expect(limits.at(-1)).toBe(500)
})

test("what makes a claim too large is left, in its place", async () => {
  const jobs = Array.from({ length: 36 }, (_, at) => ({ name: "numbered", payload: { at, text } }))
  await sluice.enqueueMany(jobs)
  expect(await drainOnce({ concurrency: 500 })).toMatchObject({ succeeded: 36 })
  expect(order).toEqual(jobs.map(({ payload }) => payload.at))
})

test("numbers count with the digits that they have as text; what no enqueue accepts is discarded, and holds nobody up", async () => {
  const digits =
    "(select jsonb_build_object('list', jsonb_agg(1e308::numeric)) from generate_series(1, 37000))"
  await database.pool.query(
    `insert into sluice.jobs (name, state, payload, large_bytes)
     select 'large', 'ready', payload, octet_length(payload::text) from generate_series(1, 18), ${digits} p (payload)`,
  )
  await sluice.enqueue("numbered", { at: -1 })
  const { sizes, connect } = measured()
  expect(await drainOnce({ connect, concurrency: 500 })).toMatchObject({ succeeded: 1, discarded: 18 })
  expect(Math.max(...sizes)).toBeLessThan(MIB)
  expect(
    await database.rows(
      "select distinct outcome, error_class, substring(error_message from 'it has.*') as why from sluice.failures",
    ),
  ).toEqual([
    {
      outcome: "discarded",
      error_class: "InvalidPayloadError",
      why: expect.stringMatching(/^it has 11\d{6} bytes$/),
    },
  ])
})

test("nor does one that is apart from its row come with a claim", async () => {
  await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "large", payload: { text } })))
  await database.pool.query("update sluice.jobs set large_bytes = 200000000")
  await sluice.enqueue("numbered", { at: -1 })
  const { sizes, connect } = measured()
  expect(await drainOnce({ connect, concurrency: 500 })).toMatchObject({ succeeded: 1, discarded: 3 })
  expect(Math.max(...sizes)).toBeLessThan(100_000)
})

test("each way to enqueue notes how large the payload is as text", async () => {
  const payload = { list: new Array(500).fill(1e308) }
  await sluice.enqueue("large", payload as never)
  await sluice.enqueue("large", payload as never, { uniqueKey: "sized" })
  await sluice.enqueueMany([{ name: "large", payload }])
  await database.rows("select sluice.enqueue('large', $1)", [JSON.stringify(payload)])
  expect(
    await database.rows(
      `select count(*)::int, count(*) filter (where j.large_bytes = octet_length(p.payload::text))::int as noted
       from sluice.jobs j join sluice.payloads p on p.job_id = j.id`,
    ),
  ).toEqual([{ count: 4, noted: 4 }])
})

test("jobs that a dead drainer held are taken over in as small portions", async () => {
  await sluice.enqueueMany(Array.from({ length: 40 }, () => ({ name: "large", payload: { text } })))
  await database.pool.query("update sluice.jobs set state = 'suspect', suspect_group = 40")
  const { sizes, connect } = measured()
  expect(await drainOnce({ connect, concurrency: 500 })).toMatchObject({ succeeded: 40 })
  expect(Math.max(...sizes)).toBeLessThan(8.5 * MIB)
})

test("concurrency keys are computed from as small portions, and not from what no claim returns", async () => {
  await drainOnce() // registers the definitions
  const byName = createSluice({ database: database.pool })
  await byName.enqueueMany(Array.from({ length: 40 }, () => ({ name: "keyed", payload: { text } })))
  const usual = measured()
  expect(await drainOnce({ connect: usual.connect })).toMatchObject({ succeeded: 40 })
  expect(Math.max(...usual.sizes)).toBeLessThan(8.5 * MIB)

  await byName.enqueueMany(Array.from({ length: 3 }, () => ({ name: "keyed", payload: { text } })))
  await database.pool.query("update sluice.jobs set large_bytes = 200000000")
  const huge = measured()
  expect(await drainOnce({ connect: huge.connect })).toMatchObject({ discarded: 3 })
  expect(Math.max(...huge.sizes)).toBeLessThan(100_000)
})
