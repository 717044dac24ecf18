import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

type TestSession = Awaited<ReturnType<TestDatabase["connect"]>>

test.each(["repeatable read", "serializable"])(
  "in a database whose transactions are %s by default, jobs are performed once and no drain fails",
  async (isolation) => {
    const database = await createDatabase()
    await database.pool.query(
      `alter database ${database.name} set default_transaction_isolation to '${isolation}'`,
    )
    const performed: string[] = []
    const sessions: TestSession[] = []
    const connect = async () => {
      const session = await database.connect()
      sessions.push(session)
      return session
    }
    let seen: unknown
    const job = defineJob({
      name: "job",
      async perform(_payload, { id }) {
        performed.push(id)
        seen ??= (await sessions[0]?.query("show transaction_isolation"))?.rows
      },
    })
    const { sluice, drainOnce } = drainable(database, [job])
    const jobs = Array.from({ length: 3_000 }, () => ({ name: "job" }))
    const ids = (await sluice.enqueueMany(jobs)).map(({ id }) => id)

    const drains = await Promise.all(Array.from({ length: 6 }, () => drainOnce({ concurrency: 10, connect })))
    expect(performed.toSorted()).toEqual(ids.toSorted())
    expect(drains.reduce((sum, { lost }) => sum + lost, 0)).toBe(0)
    // the second look sees what was committed since: drains seldom meet at the moment at which it would matter
    expect(seen).toEqual([{ transaction_isolation: "read committed" }])
  },
)
