import { createSluice, defineJob, start } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { expect, test } from "vitest"
import { startCluster } from "../support/cluster.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

test("while a database's name leads to a standby, no transactional job is charged and no worker ends", async () => {
  const primary = await createDatabase()
  const cluster = await startCluster()
  await migrate(cluster.url())
  await cluster.demote()
  const connectStandby = async () => {
    const options = "-c default_transaction_isolation=serializable"
    const client = new pg.Client({ connectionString: cluster.url(), options })
    client.on("error", () => {})
    await client.connect()
    return client
  }

  let onStandby: number | undefined
  const connect = () => {
    if (onStandby === undefined) return primary.connect()
    onStandby++
    return connectStandby()
  }
  const effect = defineJob({
    name: "effect",
    transactional: true,
    maxAttempts: 1,
    perform() {},
  })
  const job = defineJob({ name: "job", perform() {} })
  const sluice = createSluice({ database: primary.pool, jobs: [effect, job] })
  const worker = start(sluice, { connect })
  await eventually(() => expect(worker.health().state).toBe("working"))
  onStandby = 0
  const { id } = await effect.enqueue({})
  await eventually(() => expect(onStandby).toBeGreaterThan(0))
  await eventually(async () =>
    expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0 }),
  )
  onStandby = undefined
  await eventually(async () =>
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", errors: [] }),
  )
  await worker.stop()

  const other = start(sluice, { connect: connectStandby })
  await eventually(() =>
    expect(other.health()).toMatchObject({ state: "waiting", reason: /standby|recovery|read-only/ }),
  )
  await cluster.promote()
  await eventually(() => expect(other.health().state).toBe("working"))
  await other.stop()
})
