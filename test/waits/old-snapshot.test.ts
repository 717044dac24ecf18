import { defineJob } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test.each(["repeatable read", "serializable"])(
  "a token is completed at %s in a transaction that began before its job waited: the job gets the value",
  async (isolation) => {
    const token = `token of ${isolation}`
    const waits = defineJob({ name: "waits", perform: (_payload, { waitFor }) => waitFor(token) })
    const { sluice, drainOnce } = drainable(database, [waits])
    await database.pool.query("insert into sluice.waits (token) values ($1)", [token])
    const client = await database.connect()
    onTestFinished(() => client.end?.())
    await client.query(`begin isolation level ${isolation}`)
    await client.query("select count(*) from sluice.jobs")
    const { id } = await sluice.enqueue("waits", {})
    await drainOnce()
    await client.query("select * from sluice.complete_wait($1, '1')", [token])
    await client.query("commit")
    await drainOnce()
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: 1 })
    expect(await database.rows("select * from sluice.unseen_waits")).toEqual([])
  },
)
