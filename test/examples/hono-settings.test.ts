import { GetScheduleCommand } from "@aws-sdk/client-scheduler"
import { describe, expect, test } from "vitest"
import { schedulerOf } from "../idle/deployment.ts"
import { preparePlatform } from "../sst/platform.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { deploy } from "./deployment.ts"
import { requestReceipts, secretsFor } from "./hono.ts"
import { startMailServer } from "./mail-server.ts"

const prepared = await preparePlatform()

describe.skipIf(!prepared)("examples/hono with the component's settings", async () => {
  if (!prepared) return
  const database = await createDatabase("template0")
  const mail = await startMailServer()
  const app = await deploy("examples/hono", {
    secrets: secretsFor(database.url),
    edits: {
      'drain: "src/drain.handler",': `drain: { handler: "src/drain.handler", environment: { MAIL_URL: "${mail.url}" } },
        schema: "shop_jobs", maxDrainers: 1, concurrency: 2, idle: true,`,
      'migrate: "src/migrate.handler",':
        'migrate: { handler: "src/migrate.handler", copyFiles: [{ from: "migrations" }] },',
    },
  })
  await app.invoke("QueueMigrate")

  test("everything is in the schema of the component", async () => {
    expect(
      await database.rows("select schemaname as schema from pg_tables where tablename = 'jobs'"),
    ).toEqual([{ schema: "shop_jobs" }])
  })

  test("one drainer works at a time, on as many jobs at once as the component says", async () => {
    mail.hold()
    await requestReceipts(app, 5)
    await eventually(() => expect(mail.waiting.size).toBe(2))

    const second = await eventually(() => app.invoke("QueueDrain")) // a wake may occupy the other environment
    expect(second.slot).toBeUndefined()
    expect(mail.waiting.size).toBe(2)

    mail.release()
    await eventually(async () =>
      expect(await database.rows("select state from shop_jobs.finished")).toEqual(
        Array(5).fill({ state: "succeeded" }),
      ),
    )
    expect(mail.counts).toEqual({ received: 5, mostAtOnce: 2 })
  })

  test("the last drainer sets the wake-up for the next job, with the component's schedule and role", async () => {
    const runAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000)
    await database.rows("select shop_jobs.enqueue('send-receipt', $1, $2)", [
      { order: 6, to: "ada@example.org" },
      { runAt },
    ])
    const { SLUICE_IDLE_SCHEDULE = "", SLUICE_IDLE_ROLE } = app.environmentOf("QueueDrain")
    const [GroupName, Name] = SLUICE_IDLE_SCHEDULE.split("/")
    const scheduler = schedulerOf(app.host)
    // the drainer of the last test may still have the only slot
    await eventually(async () => {
      await app.invoke("QueueDrain")
      expect(await scheduler.send(new GetScheduleCommand({ GroupName, Name }))).toMatchObject({
        State: "ENABLED",
        ScheduleExpression: `at(${runAt.toISOString().slice(0, 19)})`,
        Target: { RoleArn: SLUICE_IDLE_ROLE },
      })
    })
  })
})
