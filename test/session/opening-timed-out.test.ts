import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase({ settings: { statement_timeout: "200ms" } })

test("a drain opens though the database's own timeout ends the first of the statements that are sent together", async () => {
  const { sluice, drainOnce } = drainable(database, [defineJob({ name: "any", perform() {} })])
  await sluice.enqueue("any", {})
  const holder = await database.connect()
  await holder.query(
    "begin; set local statement_timeout to 0; lock table sluice.drainers in access exclusive mode",
  )
  const slots = `select count(*)::integer as held from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory' and l.classid = sluice.lock_space('slot')`
  let isFirst = true
  let heldAfterClose: unknown
  const connect = async () => {
    const client = await database.connect({ pipeline: true })
    const query = client.query.bind(client)
    return Object.assign(client, {
      async query(text: string, values?: unknown[]) {
        if (isFirst) {
          isFirst = false // in place of the settings
          return query("select pg_catalog.pg_sleep(10)").finally(() =>
            setTimeout(() => holder.query("rollback"), 220),
          )
        }
        const answer = await query(text, values)
        if (JSON.stringify(text).includes("close_drainer")) heldAfterClose = await database.rows(slots)
        return answer
      },
    })
  }
  expect(await drainOnce({ connect: connect as never })).toMatchObject({ succeeded: 1 })
  expect(heldAfterClose, "a slot that was taken twice").toEqual([{ held: 0 }])
  await holder.end()
})
