import { Pool as NeonPool } from "@neondatabase/serverless"
import { createSluice, defineJob, start } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { createConnect, createPool } from "@sluice/core/pg"
import pg from "pg"
import { expect, onTestFinished, test } from "vitest"
import { startCluster } from "../support/cluster.ts"
import { eventually } from "../support/eventually.ts"
import { startProxy } from "../support/proxy.ts"

const connections = {
  "a Pool and Clients of pg without listeners": (url: string) => ({
    database: new pg.Pool({ connectionString: url }),
    async connect() {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      return client
    },
  }),
  "createPool and createConnect": (url: string) => ({
    database: createPool(url),
    connect: createConnect(url),
  }),
}

// an unhandled error event fails the run
test.each(Object.entries(connections))(
  "a worker with %s goes through restarts of the database",
  async (_what, connectionsTo) => {
    const cluster = await startCluster()
    await migrate(cluster.url())
    const proxy = await startProxy(cluster.url())
    const { database, connect } = connectionsTo(proxy.url)
    onTestFinished(() => database.end())
    const job = defineJob({ name: "job", transactional: true, perform() {} })
    const sluice = createSluice({ database, jobs: [job] })
    const worker = start(sluice, { connect })
    await isDone(await job.enqueue({}))

    for (const mode of ["fast", "immediate"] as const) {
      await cluster.restart(mode)
      proxy.retarget(cluster.url())
      await eventually(async () => isDone(await job.enqueue({})))
    }
    expect(worker.health()).toMatchObject({ state: "working" })
    await worker.stop()

    async function isDone({ id }: { id: string }): Promise<void> {
      await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" }))
    }
  },
)

test.each([
  ["pg", () => new pg.Pool()],
  ["Neon", () => new NeonPool()],
])("a pool of %s keeps its own listener, and gets none twice", (_what, createBarePool) => {
  const pool = createBarePool()
  createSluice({ database: pool })
  createSluice({ database: pool })
  expect(pool.listenerCount("error")).toBe(1)

  const watched = createBarePool()
  watched.on("error", () => {})
  createSluice({ database: watched })
  expect(watched.listenerCount("error")).toBe(1)
})
