import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("a drainer that is busy with suspects scales out for new work, and half of the drainers work without suspects", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  await sluice.enqueueMany(Array.from({ length: 4 }, () => ({ name: "any" })))
  await database.pool.query("update sluice.jobs set state = 'suspect', suspect_group = 1, died_with = 4")
  const sessions = [await openSession(database), await openSession(database), await openSession(database)]
  const takeSuspects = async ({ connection, drainerId, backendPid }: (typeof sessions)[number]) => {
    const statement =
      "select json_array_length(jobs) as taken from sluice.claim_suspects($1, $2, 10, '{any}', '{}', '{}')"
    return (await connection.query(statement, [drainerId, backendPid])).rows[0].taken
  }
  const [first, second, third] = sessions as [
    (typeof sessions)[0],
    (typeof sessions)[0],
    (typeof sessions)[0],
  ]
  expect(await takeSuspects(first)).toBe(1)
  expect(await takeSuspects(second), "one of three at most").toBe(0)
  const [looks] = await database.rows("select sluice.suspects_wait($1, '{any}') as wait", [second.drainerId])
  expect(looks.wait, "so they don't concern the others").toBe(false)

  const isWakeNeeded = async () =>
    (await database.rows("select sluice.request_wake(p_names => '{any}')::text <> '[]' as needed"))[0].needed
  await sluice.enqueue("any", {})
  expect(await isWakeNeeded(), "two are awake").toBe(false)
  await Promise.all([second.end(), third.end()])
  const help = "select sluice.plan_scale_out($1, '{any}', 100, 10) as wanted"
  expect((await first.connection.query(help, [first.drainerId])).rows, "none is left").toEqual([
    { wanted: 1 },
  ])
  expect(await isWakeNeeded()).toBe(true)
  await first.end()
})
