import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { preparePlatform, ROOT } from "../sst/platform.ts"
import { synthesize } from "../sst/synth.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { deploy } from "./deployment.ts"

const prepared = await preparePlatform()

describe.skipIf(!prepared)("examples/nextjs as its config deploys it", async () => {
  if (!prepared) return
  const database = await createDatabase("template0")
  const secrets = {
    DatabaseUrl: database.url,
    ApiKey: "the-key-of-the-example",
    SessionKey: "the-key-of-the-sessions-of-the-example",
  }
  // Another function in the place of the web app, whose bundle is made by `next build`
  const app = await deploy("examples/nextjs", {
    secrets,
    edits: {
      'new sst.aws.Nextjs("Web", {':
        'new sst.aws.Function("Web", { handler: "functions/drain.handler", url: true,',
      'migrate: { handler: "functions/migrate.handler", environment },':
        'migrate: { handler: "functions/migrate.handler", environment, copyFiles: [{ from: "migrations" }] },',
    },
  })

  test("its deploy creates the app's tables and the queue's, and a report is built by the drain function", async () => {
    await app.invoke("QueueMigrate")
    await app.invoke("QueueMigrate") // as the next deploy does
    await database.rows("insert into users (email, password_hash) values ('ada@example.org', '')")
    const [{ id }] = await database.rows(
      "insert into reports (user_id, year, job_id) values (1, 2026, '') returning id",
    )
    await database.rows("select sluice.enqueue('build-report', $1)", [{ report: id }])
    const drained = app.invoke("QueueDrain")
    await eventually(async () => {
      expect(await database.rows("select cents::int from reports")).toEqual([{ cents: 1_920_600 }])
    }, 20_000)
    await drained
  })

  test("turns that no longer count and accounts that nobody uses are deleted, and none with a report", async () => {
    await database.rows(
      `insert into turns (who, "window", count) values ('old', 1, 1), ('new', 2147483647, 1)`,
    )
    await database.rows(`insert into users (email, password_hash, signed_in_at) values
      ('new@example.org', '', now() - interval '29 days'), ('old@example.org', '', now() - interval '31 days')`)
    await database.rows(
      "update users set signed_in_at = now() - interval '1 year' where email = 'ada@example.org'",
    )
    await database.rows("select sluice.enqueue('tidy-up')")
    const drained = app.invoke("QueueDrain")
    await eventually(async () => {
      expect(await database.rows("select who from turns")).toEqual([{ who: "new" }])
      const left = await database.rows("select email from users order by email")
      expect(left).toEqual([{ email: "ada@example.org" }, { email: "new@example.org" }])
    }, 20_000)
    await drained
    expect(await database.rows("select key, name from sluice.schedules")).toEqual([
      { key: "tidy-up", name: "tidy-up" },
    ])
  })

  test("the web app has the database, the key, and the right to wake the drain function", async () => {
    const config = join(ROOT, "examples/nextjs/sst.config.ts")
    const resources = await synthesize({ config, secrets, dev: true }) // does without `next build`
    const inputsOf = (name: string) => resources.find((each) => each.name === name)?.inputs
    expect(inputsOf("WebDevServerFunction").environment.variables).toMatchObject({
      DATABASE_URL: database.url,
      SLUICE_API_KEY: secrets.ApiKey,
      SESSION_KEY: secrets.SessionKey,
      SLUICE_SCHEMA: "sluice",
      SLUICE_DRAIN_FUNCTION: inputsOf("QueueDrainFunction").name,
    })
    expect(JSON.stringify(inputsOf("WebDevServerRole"))).toContain("lambda:InvokeFunction")
  })
})
