import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openSession } from "./session.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("a settle that reaches another backend than the drain began on is refused, and nothing is written", async () => {
  const { id } = await sluice.enqueue("any", {})
  const session = await openSession(database)
  await session.claim("any")

  const outcomes = JSON.stringify([
    { id, fence: 0, outcome: "succeeded", charges_attempt: true, duration_ms: 1 },
  ])
  const values = [session.drainerId, session.backendPid, outcomes]
  await expect(database.pool.query("select sluice.settle($1, $2, $3)", values)).rejects.toMatchObject({
    code: "SL003",
    message: expect.stringMatching(/began on backend \d+ and has come to backend \d+.*transaction pooler/),
  })
  expect(await sluice.getJob(id)).toMatchObject({ state: "running" })
  expect(await session.settle({ id, fence: 0, outcome: "succeeded" })).toEqual([])
  await session.end()
})

test("so are a claim, a claim of suspects and the end of a drain", async () => {
  await sluice.enqueue("any", {})
  const session = await openSession(database)
  const { drainerId, backendPid } = session
  for (const call of [
    "claim($1, $2, 10, '{any}', null, '{}', '{}')",
    "claim_suspects($1, $2, 10, '{any}', '{}', '{}')",
    "close_drainer($1, $2, '{any}', '{}')",
  ]) {
    await expect(database.pool.query(`select sluice.${call}`, [drainerId, backendPid])).rejects.toMatchObject(
      { code: "SL003" },
    )
  }
  expect(await database.rows("select * from sluice.claims where drainer_id = $1", [drainerId])).toEqual([])
  expect(await session.claim("any")).toHaveLength(1)
  await session.end()
})
