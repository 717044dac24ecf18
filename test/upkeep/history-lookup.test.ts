import { expect, test } from "vitest"
import { createSluice, type Queryable } from "../../packages/core/src/index.ts"
import { createDatabase } from "../support/database.ts"
import { daysAfter, maintain, partitionsOf, today } from "./partitions.ts"

const ROWS_A_DAY = 50_000

const database = await createDatabase()
const first = await today(database)
let asked: { text: string; values: unknown[] | undefined } | undefined
const listening: Queryable = {
  query(text, values) {
    asked = { text, values }
    return database.pool.query(text, values)
  },
}
const sluice = createSluice({ database: listening })

test("a finished job is found by its id through the BRIN index, whatever day it finished on", async () => {
  await maintain(database, daysAfter(first, -3))
  for (let day = -3; day <= 0; day++) {
    await database.pool.query(
      `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload)
       select $1::bigint * $3 + n, $2, $2, $2, 0, 1, 'succeeded', 'any', 'default', '{}' from generate_series(1, $3) n`,
      [day + 4, daysAfter(first, day), ROWS_A_DAY],
    )
  }
  await database.pool.query("vacuum analyze sluice.finished") // summarises too, as autovacuum does by and by

  for (const id of [1, 2, 3, 4].map((day) => String(day * ROWS_A_DAY + 12_345))) {
    expect(await sluice.getJob(id)).toMatchObject({ id, state: "succeeded" })
  }
  const plan = await database.rows(`explain ${asked?.text}`, asked?.values)
  const lines: string[] = plan.map((row) => row["QUERY PLAN"])
  const filled = (await partitionsOf(database, "finished")).slice(0, 4).map(({ name }) => name)
  expect(lines.filter((line) => /Bitmap Index Scan on finished_\d{8}_id_idx/.test(line))).toHaveLength(4)
  expect(lines.filter((line) => filled.some((name) => line.includes(`Seq Scan on ${name}`)))).toEqual([])
})

test("an id that no job has is answered with undefined, and what is no id is refused", async () => {
  expect(await sluice.getJob("999999999")).toBeUndefined()
  expect(await sluice.getJob("0")).toBeUndefined()
  for (const id of ["", "abc", "-1", "1.5", "0x10", " 1", "281474976710656", "1".repeat(30)]) {
    await expect(sluice.getJob(id)).rejects.toMatchObject({
      name: "InvalidInputError",
      code: "invalid_id",
      path: ["id"],
    })
  }
})
