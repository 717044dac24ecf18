import { createSluice, defineJob, drain, SessionLostError } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startProxy } from "../support/proxy.ts"

// 500 jobs a claim, so the server falls silent amid claims and settles that are under way together
const COUNT = 6_000

test.each(["toClient", "toServer", "both"] as const)(
  "a server that falls silent (%s) amid a pipeline ends the drain in time, and each outcome that it wrote counts once",
  async (direction) => {
    const database = await createDatabase()
    const proxy = await startProxy(database.url)
    let performed = 0
    const job = defineJob({
      name: "job",
      perform() {
        if (++performed === 2_300) proxy.deafen(direction)
      },
    })
    const sluice = createSluice({ database: database.pool, jobs: [job] })
    await sluice.enqueueMany(Array.from({ length: COUNT }, () => ({ name: "job" })))
    const connect = async ({ pipeline = false } = {}) => {
      const client = new pg.Client({ connectionString: proxy.url, pipeline } as pg.ClientConfig)
      client.on("error", () => {})
      await client.connect()
      return client
    }
    const beganAtMs = performance.now()
    const ended = await drain(sluice, { connect, concurrency: 500, sessionTimeout: "2s" }).catch(
      (error) => error,
    )
    expect(ended).toBeInstanceOf(SessionLostError)
    expect(performance.now() - beganAtMs).toBeLessThan(20_000)
    await eventually(async () => {
      await drain(sluice, { connect: database.connect, concurrency: 500 })
      expect(
        await database.rows(
          "select count(*)::integer as count, count(distinct id)::integer as distinct from sluice.finished",
        ),
      ).toEqual([{ count: COUNT, distinct: COUNT }])
    })
    await proxy.stop()
  },
)
