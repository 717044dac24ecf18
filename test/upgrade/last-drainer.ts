// The drainer of a state of this repository, to be bundled by snapshot.ts and run by later states on their schema. It
// enqueues a job of each kind, performs them, and prints what became of them as JSON. A `main` of its own, because a
// bundle has to bring everything but pg.
import { createSluice, defineJob, drain } from "@sluice/core"
import pg from "pg"

const url = process.env.DATABASE_URL as string
const pool = new pg.Pool({ connectionString: url, max: 4 })

const plain = defineJob({ name: "plain", perform: () => {} })
const result = defineJob({ name: "result", perform: () => ({ done: true }) })
const limited = defineJob({ name: "limited", concurrency: { key: "one" }, perform: () => {} })
const transactional = defineJob({
  name: "transactional",
  transactional: true,
  async perform(_payload, { transaction }) {
    await transaction.query("select 1")
  },
})
const stepped = defineJob({
  name: "stepped",
  async perform(_payload, { step, cursor }) {
    const first = await step("first", () => 1)
    await cursor("second", first, (position) => (position < 3 ? position + 1 : undefined))
  },
})
const failing = defineJob({
  name: "failing",
  maxAttempts: 1,
  perform() {
    throw new Error("as expected")
  },
})

const jobs = [plain, result, limited, transactional, stepped, failing]
const sluice = createSluice({ database: pool, jobs })
const ids: string[] = []
for (const { name } of jobs) ids.push((await sluice.enqueue(name, {})).id)
for (const { id } of await sluice.enqueueMany(Array.from({ length: 100 }, () => ({ name: "plain" }))))
  ids.push(id)
const unique = await sluice.enqueue(plain, {}, { uniqueKey: "u", idempotencyKey: "i" })
const again = await sluice.enqueue(plain, {}, { idempotencyKey: "i" })
await sluice.pauseQueue("default")
await sluice.resumeQueue("default")

const summary = await drain(sluice, {
  maxDrainers: 2,
  scaleOut: () => {},
  onBacklog: () => {},
  setWakeUp: async () => {},
  async connect() {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return client
  },
})
const states: Record<string, number> = {}
for (const id of [...ids, unique.id]) {
  const { name, state } = (await sluice.getJob(id)) ?? {}
  states[`${name} ${state}`] = (states[`${name} ${state}`] ?? 0) + 1
}
console.log(
  JSON.stringify({
    states,
    deduplicated: again.id === unique.id,
    queues: (await sluice.listQueues()).length,
    backlog: await sluice.getBacklog(),
    lost: summary.lost,
  }),
)
await pool.end()
