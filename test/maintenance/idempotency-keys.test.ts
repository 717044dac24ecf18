import { createSluice } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { maintain } from "./partitions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("idempotency keys are forgotten after 24 hours", async () => {
  for (const idempotencyKey of ["new", "old"]) await sluice.enqueue("any", {}, { idempotencyKey })
  await age("new", "23 hours 59 minutes")
  await age("old", "24 hours 1 second")
  await maintain(database)
  expect(await database.rows("select key from sluice.idempotency_keys")).toEqual([{ key: "new" }])
})

test("an old key that an open transaction uses again makes nobody wait, and stays", async () => {
  await sluice.enqueue("any", {}, { idempotencyKey: "again" })
  await age("again", "2 days")
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query("begin")
  const { id } = await sluice.enqueue("any", {}, { idempotencyKey: "again", transaction: client })

  const beganAtMs = performance.now()
  await maintain(database)
  expect(performance.now() - beganAtMs).toBeLessThan(1_000)
  await client.query("commit")
  await client.end()
  await maintain(database)
  expect(await sluice.enqueue("any", {}, { idempotencyKey: "again" })).toMatchObject({
    id,
    status: "deduplicated",
  })
})

async function age(key: string, by: string): Promise<void> {
  await database.pool.query(
    "update sluice.idempotency_keys set created_at = created_at - $2::interval where key = $1",
    [key, by],
  )
}
