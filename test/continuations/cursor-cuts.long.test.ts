import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { cuttable } from "./cuts.ts"

const ROWS = Number(process.env.SLUICE_TEST_ROWS ?? 200_000)
const BATCHES_A_DRAIN = 5
const CUTS = 20
const BATCH = Math.ceil(ROWS / (CUTS * BATCHES_A_DRAIN + 2))

test("a job over a big table is cut 20 times by its drainer's deadline, touches each row once, and is charged one attempt", {
  timeout: 600_000,
}, async () => {
  const database = await createDatabase()
  await database.pool.query("create table big (id integer primary key, touched integer not null)")
  await database.pool.query("insert into big select id, 0 from generate_series(1, $1) id", [ROWS])
  const beganAt: number[] = []

  const touch = defineJob({
    name: "touch",
    timeout: "10m",
    async perform(_payload, { cursor, signal }) {
      let batches = 0
      await cursor("rows", 0, async (after) => {
        if (batches === 0) beganAt.push(after)
        await database.pool.query("update big set touched = touched + 1 where id > $1 and id <= $2", [
          after,
          after + BATCH,
        ])
        if (++batches === BATCHES_A_DRAIN) await cut(signal)
        return after + BATCH < ROWS ? after + BATCH : undefined
      })
      return beganAt.length
    },
  })
  const { sluice, drainUntilCut, drainOnce, cut } = cuttable(database, [touch])
  const { id } = await touch.enqueue({})

  const startedAtMs = performance.now()
  for (let cuts = 0; cuts < CUTS; cuts++) {
    expect(await drainUntilCut()).toMatchObject({
      snoozed: 1,
      checkpoints: BATCHES_A_DRAIN,
      retried: 0,
      lost: 0,
      dueWork: true,
    })
  }
  expect(await drainOnce()).toMatchObject({ succeeded: 1, dueWork: false })
  const seconds = (performance.now() - startedAtMs) / 1_000

  expect(await database.rows("select touched, count(*)::int from big group by 1")).toEqual([
    { touched: 1, count: ROWS },
  ])
  expect(beganAt).toEqual(Array.from({ length: CUTS + 1 }, (_, drain) => drain * BATCHES_A_DRAIN * BATCH))
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, errors: [] })
  if (process.env.SLUICE_TEST_ROWS) console.log(`${ROWS} rows, ${CUTS} cuts: ${seconds.toFixed(1)} s`)
})
