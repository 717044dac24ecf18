import { createSluice } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { openTwoSessions } from "./two-sessions.ts"

// The starts of a rate's key are counted under the key's lock, so whoever comes second sees what the first has counted.
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const enqueue = () => sluice.enqueue("any", {}, { rateKey: "one", rate: { limit: 1, per: "1h" } })

test("of two claims at once under a rate of one start, one gets a job", async () => {
  const { first, second } = await openTwoSessions(database)
  onTestFinished(forgetStarts)
  await enqueue()
  await first.connection.query("begin")
  expect(await first.claim("any")).toHaveLength(1)
  await enqueue()
  expect(await second.claim("any"), "while the first has not committed").toEqual([])
  await first.connection.query("commit")
  expect(await second.claim("any"), "once it has").toEqual([])
  expect(await database.rows("select starts from sluice.rates")).toEqual([{ starts: [1] }])
})

test("a drainer that closes sees a throttled job that may start meanwhile", async () => {
  const session = await openSession(database)
  onTestFinished(() => session.end())
  onTestFinished(forgetStarts)
  await enqueue()
  await enqueue()
  const [claimed] = await session.claim("any")
  await session.settle({ id: claimed?.id ?? "", fence: 0, outcome: "succeeded" })
  expect(await session.claim("any")).toEqual([])

  // an hour later
  await database.pool.query(
    "update sluice.rates set started_at = array[now() - interval '2 hours'], next_at = now() - interval '1 hour'",
  )
  const closing = "select due from sluice.close_drainer($1, $2, '{any}', $3)"
  const { rows } = await session.connection.query(closing, [
    session.drainerId,
    session.backendPid,
    [claimed?.id],
  ])
  expect(rows).toEqual([{ due: true }])
})

async function forgetStarts(): Promise<void> {
  await database.pool.query("delete from sluice.jobs; delete from sluice.rates")
}
