import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"

const ROWS = Number(process.env.SLUICE_TEST_ROWS ?? 40_000)
const KILLS = process.env.SLUICE_TEST_ROWS ? 20 : 5
const BATCH = ROWS / 200

test("a transactional step and cursor do their work exactly once, however often the drainer is killed in the middle", {
  timeout: 900_000,
}, async () => {
  const database = await createDatabase()
  await database.pool.query("create table big (id integer primary key, touched integer not null)")
  await database.pool.query("insert into big select id, 0 from generate_series(1, $1) id", [ROWS])
  await database.pool.query("create table counter (value integer); insert into counter values (0)")
  const sluice = createSluice({ database: database.pool })
  await sluice.enqueue("touch", { rows: ROWS, batch: BATCH })

  const startedAtMs = performance.now()
  for (let kills = 0; kills < KILLS; kills++) {
    const before = await position()
    const drainer = spawnDrainer({ url: database.url })
    await eventually(async () => expect(await position()).toBeGreaterThan(before))
    await drainer.kill()
  }
  await eventually(async () => {
    await spawnDrainer({ url: database.url }).report
    expect(await database.rows("select from sluice.jobs")).toEqual([])
  }, 300_000)
  const seconds = (performance.now() - startedAtMs) / 1_000

  expect(await database.rows("select touched, count(*)::int from big group by 1")).toEqual([
    { touched: 1, count: ROWS },
  ])
  expect(await database.rows("select value from counter")).toEqual([{ value: 1 }])
  expect(await database.rows("select state from sluice.finished")).toEqual([{ state: "succeeded" }])
  expect(await database.rows("select * from sluice.progress")).toEqual([])
  if (process.env.SLUICE_TEST_ROWS) console.log(`${ROWS} rows, ${KILLS} kills: ${seconds.toFixed(1)} s`)

  async function position(): Promise<number> {
    const [row] = await database.rows("select value::text from sluice.progress where name = 'rows'")
    return Number(row?.value ?? -1)
  }
})
