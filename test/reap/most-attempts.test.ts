import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test.each([
  ["and is charged once more", 1],
  ["among others", 2],
])(
  "a job that has used as many attempts as its column can count is reaped when its drainer dies, %s",
  async (_how, jobs) => {
    const database = await createDatabase()
    const sluice = createSluice({ database: database.pool })
    const [stored] = await sluice.enqueueMany(Array.from({ length: jobs }, () => ({ name: "any" })))
    await database.pool.query(
      "update sluice.jobs set state = 'suspect', suspect_group = 1, died_with = 1, attempts = 32767",
    )
    const [first, second] = [await openSession(database), await openSession(database)]
    await first.connection.query(
      "select from sluice.claim_suspects($1, $2, 100, '{any}', '{}', '{}', p_trusted => 100)",
      [first.drainerId, first.backendPid],
    )
    await first.end()

    const { rows } = await second.connection.query("select * from sluice.reap($1, 40)", [second.drainerId])
    expect(rows).toEqual([{ reaped: jobs, more: false }])
    expect(await sluice.getJob(stored?.id as string)).toMatchObject({
      attempts: 32_767,
      errors: [{ attempt: 32_767, outcome: "interrupted", code: "interrupted" }],
    })
    await second.end()
  },
)
