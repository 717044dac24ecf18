import { describe, expect, test } from "vitest"
import { preparePlatform } from "../sst/platform.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { deploy, servicesWatched } from "./deployment.ts"
import { postReceipt, requestReceipts, secretsFor } from "./hono.ts"
import { startMailServer } from "./mail-server.ts"

const prepared = await preparePlatform()

describe.skipIf(!prepared)("examples/hono as its config deploys it", async () => {
  if (!prepared) return
  const database = await createDatabase("template0")
  const mail = await startMailServer()
  const app = await deploy("examples/hono", {
    secrets: secretsFor(database.url),
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

  test("a request that is wrong, or comes from a stranger, is refused and stores nothing", async () => {
    const url = await app.serve("Web")
    const before = await database.rows("select max(id)::text from sluice.finished")
    expect((await postReceipt(url, { key: "another" })).status).toBe(401)
    for (const wrong of [
      { body: "{" },
      { body: "null" },
      { body: "{}" },
      { body: JSON.stringify({ to: "nobody" }) },
      { body: JSON.stringify({ to: "a\u0000@example.org" }) },
      { order: "x" },
      { order: "-1" },
      { order: "1e400" },
    ])
      expect((await postReceipt(url, wrong)).status, JSON.stringify(wrong)).toBe(400)
    expect(await database.rows("select id from sluice.jobs")).toEqual([])
    expect(await database.rows("select max(id)::text from sluice.finished")).toEqual(before)
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
