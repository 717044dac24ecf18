import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("suspects whose drainer died are not taken before they are reaped, and then in the smaller group", async () => {
  const database = await createDatabase()
  await createSluice({ database: database.pool }).enqueueMany(
    Array.from({ length: 60 }, () => ({ name: "any" })),
  )
  await database.pool.query("update sluice.jobs set state = 'suspect', suspect_group = 60, died_with = 60")
  const [first, second] = [await openSession(database), await openSession(database)]
  expect(await claimSuspects(first)).toEqual({ taken: 60, dead: false })
  await first.end()

  expect(await claimSuspects(second)).toEqual({ taken: 0, dead: true })
  const reap = () => second.connection.query("select * from sluice.reap($1, 40)", [second.drainerId])
  expect((await reap()).rows, "in parts").toEqual([{ reaped: 40, more: true }])
  expect((await reap()).rows).toEqual([{ reaped: 20, more: false }])
  expect((await reap()).rows).toEqual([])
  expect(
    await database.rows(
      "select suspect_group, died_with, attempts, count(*)::int from sluice.jobs where state = 'suspect' group by 1, 2, 3",
    ),
    "the group is a tenth of all that died together",
  ).toEqual([{ suspect_group: 6, died_with: 60, attempts: 0, count: 60 }])
  expect(await claimSuspects(second)).toEqual({ taken: 6, dead: false })
  await second.end()
})

async function claimSuspects({ connection, drainerId, backendPid }: Session) {
  const { rows } = await connection.query(
    "select dead, json_array_length(jobs) as taken from sluice.claim_suspects($1, $2, 100, '{any}', '{}', '{}')",
    [drainerId, backendPid],
  )
  return rows[0]
}
