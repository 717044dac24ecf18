import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { scheduleFrom } from "./schedules.ts"

test("a drainer that closes sees a tick that has come since its last look", async () => {
  const database = await createDatabase()
  const leaving = await openSession(database)
  expect(await leaving.claim("report")).toEqual([])
  await scheduleFrom(database, "hourly", { name: "report", every: "1h" }, new Date(Date.now() - 3_600_000))

  const close = "select due from sluice.close_drainer($1, $2, '{report}', '{}')"
  const { rows } = await leaving.connection.query(close, [leaving.drainerId, leaving.backendPid])
  expect(rows).toEqual([{ due: true }])
  await leaving.end()
})
