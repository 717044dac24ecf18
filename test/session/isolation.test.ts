import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test.each(["repeatable read", "serializable"])(
  "in a database whose transactions are %s by default, jobs are performed once and no drain fails",
  async (isolation) => {
    const database = await createDatabase()
    await database.pool.query(
      `alter database ${database.name} set default_transaction_isolation to '${isolation}'`,
    )
    const performed: string[] = []
    const job = defineJob({ name: "job", perform: (_payload, { id }) => void performed.push(id) })
    const { sluice, drainOnce } = drainable(database, [job])
    const jobs = Array.from({ length: 3_000 }, () => ({ name: "job" }))
    const ids = (await sluice.enqueueMany(jobs)).map(({ id }) => id)

    const drains = await Promise.all(Array.from({ length: 6 }, () => drainOnce({ concurrency: 10 })))
    expect(performed.toSorted()).toEqual(ids.toSorted())
    expect(drains.reduce((sum, { lost }) => sum + lost, 0)).toBe(0)
  },
)
