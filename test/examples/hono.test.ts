import { describe, expect, test } from "vitest"
import { preparePlatform } from "../sst/platform.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { deploy, servicesWatched } from "./deployment.ts"
import { requestReceipts } from "./hono.ts"
import { startMailServer } from "./mail-server.ts"

const prepared = await preparePlatform()

describe.skipIf(!prepared)("examples/hono as its config deploys it", async () => {
  if (!prepared) return
  const database = await createDatabase("template0")
  const mail = await startMailServer()
  const app = await deploy("examples/hono", {
    secrets: { DatabaseUrl: database.url },
    edits: {
      'drain: "src/drain.handler",': `drain: { handler: "src/drain.handler", environment: { MAIL_URL: "${mail.url}" } },`,
      'migrate: "src/migrate.handler",':
        'migrate: { handler: "src/migrate.handler", copyFiles: [{ from: "migrations" }] },',
    },
  })

  test("its deploy creates the schema, for this app and stage", async () => {
    await app.invoke("QueueMigrate")
    expect(await database.rows("select name from sluice.owner")).toEqual([{ name: "shop/test" }])
  })

  test("a job that the web function enqueues wakes the drain function, which performs it", async () => {
    const [id] = await requestReceipts(app, 1)
    await eventually(async () =>
      expect(await database.rows("select id::text, state from sluice.finished")).toEqual([
        { id, state: "succeeded" },
      ]),
    )
    expect(mail.counts.received).toBe(1)
  })

  test("the drain function's metrics have the service that the alarms watch", async () => {
    const services = await eventually(() => {
      const metrics = app.printed("QueueDrain").filter((line) => line._aws && "Succeeded" in line)
      expect(metrics.length).toBeGreaterThan(0)
      return metrics.map(({ service }) => service)
    })
    expect(new Set(services)).toEqual(servicesWatched(app))
  })
})
