import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { expect, inject, onTestFinished, test } from "vitest"
import { startCluster } from "../support/cluster.ts"
import { asSuperuser } from "../support/database.ts"

const SMALLEST_QUEUE = 64

// before Postgres 17 its size was fixed at 8 GB
test.skipIf(inject("postgresVersion") < 17)(
  "while another session keeps the server's queue of notifications full, jobs are stored though a drainer lingers",
  async () => {
    const cluster = await startCluster()
    await asSuperuser(
      (server) => server.query(`alter system set max_notify_queue_pages = ${SMALLEST_QUEUE}`),
      cluster.url(),
    )
    await cluster.restart("fast")
    await migrate(cluster.url())
    const [listener, database] = await Promise.all([connect(cluster.url()), connect(cluster.url())])
    await listener.query("listen other")
    await listener.query("begin; select 1")
    await expect(fillQueue(database)).rejects.toMatchObject({ code: "54000" })
    await database.query(
      "insert into sluice.drainers (slot, backend_pid, label, lingering) values (1, 0, 'lingers', true)",
    )

    const sluice = createSluice({ database, jobs: [defineJob({ name: "job", perform() {} })] })
    await sluice.enqueue("job", {})
    await sluice.enqueue("job", {}, { uniqueKey: "one" })
    await database.query("select sluice.enqueue('job')")
    expect((await database.query("select count(*)::int from sluice.jobs")).rows).toEqual([{ count: 3 }])
  },
)

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

async function fillQueue(database: pg.Client): Promise<void> {
  for (let page = 0; page <= 2 * SMALLEST_QUEUE; page++)
    await database.query("select pg_notify('other', repeat('x', 7000) || $1)", [page])
}
