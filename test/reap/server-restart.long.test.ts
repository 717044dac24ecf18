import { type Connection, createSluice, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { expect, test } from "vitest"
import { type Cluster, startCluster } from "../support/cluster.ts"

const ENDS: readonly [what: string, end: (cluster: Cluster) => Promise<void>][] = [
  ["was restarted", (cluster) => cluster.restart("immediate")],
  ["lost one of its processes", (cluster) => cluster.killProcess()],
]

test.each(ENDS)("jobs of a server that %s run again, and no death is counted", async (_, end) => {
  const cluster = await startCluster()
  await migrate(cluster.url())
  const connect = async (): Promise<Connection> => {
    const client = new pg.Client({ connectionString: cluster.url() })
    client.on("error", () => {})
    await client.connect()
    return client
  }
  const started = Promise.withResolvers<void>()
  let runs = 0
  const job = defineJob({
    name: "job",
    async perform(_payload, { signal }) {
      if (++runs > 1) return
      started.resolve()
      await new Promise((resolve) => signal.addEventListener("abort", resolve))
    },
  })
  const database = {
    async query(text: string, values?: unknown[]) {
      const client = await connect()
      return client.query(text, values).finally(() => client.end())
    },
  }
  const sluice = createSluice({ database, jobs: [job] })
  const { id } = await job.enqueue({})
  // as if its drainer had died with it alone before: one more such death would charge it
  await database.query("update sluice.jobs set died_with = 1")

  const drained = drain(sluice, { connect }).catch((error) => error)
  await started.promise
  await database.query("checkpoint") // a crash within a moment of the claim loses that it was claimed
  await end(cluster)
  expect(await drained).toMatchObject({ code: "session_lost" })

  expect(await drain(sluice, { connect })).toMatchObject({ interrupted: 1, succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    attempts: 1,
    errors: [{ outcome: "interrupted", message: "The server was restarted under drainer 1" }],
  })
})
