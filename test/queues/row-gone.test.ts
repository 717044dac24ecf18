import { createSluice, defineJob, start } from "@sluice/core"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const ends = new Map<string, () => void>()
const perform = (_payload: unknown, { id }: { id: string }) =>
  new Promise<void>((resolve) => ends.set(id, resolve))
const jobs = [
  defineJob({ name: "succeeds", perform }),
  defineJob({
    name: "returns",
    perform: async (payload, context) => ({ done: await perform(payload, context) }),
  }),
  defineJob({
    name: "fails",
    perform: (payload, context) => perform(payload, context).then(() => Promise.reject(new Error("no"))),
  }),
  defineJob({ name: "commits", transactional: true, perform }),
]
const sluice = createSluice({ database: database.pool, jobs })
const worker = start(sluice, { connect: database.connect })
afterAll(() => worker.stop())

test.each(jobs.map(({ name }) => name))(
  "a job that %s after its row was deleted leaves its place to the next of its key",
  async (name) => {
    const options = { concurrencyKey: name }
    const first = await sluice.enqueue(name, {}, options)
    const next = await sluice.enqueue(name, {}, options)
    await eventually(() => expect(ends.has(first.id)).toBe(true))
    await database.pool.query("delete from sluice.jobs where id = $1", [first.id])
    ends.get(first.id)?.()
    await eventually(() => expect(ends.has(next.id)).toBe(true))
    ends.get(next.id)?.()
    await eventually(async () =>
      expect(await database.rows("select from sluice.permits where concurrency_key = $1", [name])).toEqual(
        [],
      ),
    )
  },
)
