import { randomBytes } from "node:crypto"
import { cp } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { freePort } from "../support/free-port.ts"
import { type Consumer, installConsumer, type Running } from "./consumer.ts"
import { isLongRun } from "./long-run.ts"
import { type Enqueued, outcomes, PERFORMED } from "./performed.ts"

/** Next.js 15 builds with webpack, 16 with Turbopack. */
const VERSIONS = ["15.5.29", "16.4.6"]
const INSTALL_TIMEOUT_MS = 600_000 // and packs the packages before
const BUILD_TIMEOUT_MS = 600_000

/**
 * Prisma's command wants its schema engine from binaries.prisma.sh, also where it has no use for it: to generate a
 * client. The variable names another one, so that nothing is downloaded.
 */
const WITHOUT_ENGINE = { PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true", CHECKPOINT_DISABLE: "1" }

const { importUsers: _, ...remote } = PERFORMED // a step needs the drainer's database session

describe.skipIf(!isLongRun).each(VERSIONS)("in Next.js %s", async (version) => {
  const database = await createDatabase("template0")
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    DATABASE_URL: database.url,
    NEXT_TELEMETRY_DISABLED: "1",
    PERFORM_KEY: `whsec_${randomBytes(32).toString("base64")}`,
    PERFORM_URL: `${url}/api/perform`,
  }
  let app: Consumer | undefined
  let web: Running | undefined
  let worker: Running | undefined

  beforeAll(async () => {
    app = await installNext(version)
  }, INSTALL_TIMEOUT_MS)

  beforeEach((context) => context.skip(app === undefined, "the registry isn't reachable"))

  afterAll(async () => {
    await web?.stop()
    await worker?.stop()
    await app?.remove()
  })

  test("the app is built without the variables of the place where it runs", {
    timeout: BUILD_TIMEOUT_MS,
  }, async () => {
    await app?.run(["npx", "prisma", "generate"], { env: WITHOUT_ENGINE })
    await app?.run(["npx", "next", "build"], { env: { NEXT_TELEMETRY_DISABLED: "1" } })
  })

  test("a route handler migrates the database", async () => {
    web = app?.start(["npx", "next", "start", "--hostname", "127.0.0.1", "--port", String(port)], { env })
    await eventually(() => expect(web?.output).toContain("Ready"), 60_000)
    const { status, body } = await post(`${url}/api/migrate`, {})
    expect(status, web?.output).toBe(200)
    expect(body.applied).toContain("0001_tables")
    await database.rows("create table members (id serial primary key, email text not null unique)")
  })

  test("a route handler enqueues jobs, and another performs them for a worker", {
    timeout: 120_000,
  }, async () => {
    worker = app?.start(["npx", "sluice", "work", "--jobs", "./lib/remote-jobs.ts"], { env })
    const { status, body } = await post(`${url}/api/sign-up`, { email: "ada@example.org" })
    expect(status, web?.output).toBe(202)
    expect(await outcomes(database, { enqueued: body as Enqueued["enqueued"] })).toEqual(remote)
  })

  test("a server action enqueues a job", async () => {
    const page = await (await fetch(url)).text()
    const [, action = expect.unreachable(page)] = /name="(\$ACTION_ID_\w+)"/.exec(page) ?? []
    const form = new FormData()
    form.set(action, "")
    form.set("email", "grace@example.org")
    const response = await fetch(url, { method: "POST", body: form })
    expect(response.status, web?.output).toBeLessThan(400)
    await expectJobFor(database, "grace@example.org")
  })

  test.each(["drizzle", "prisma"])("a job is enqueued in a transaction of %s, or not at all", async (orm) => {
    const email = `${orm}@example.org`
    const failed = await post(`${url}/api/${orm}`, { email, fails: true })
    expect(failed.status).toBe(500)
    expect(await membersAndJobs(database, email)).toEqual([{ members: 0, jobs: 0 }])
    const { status } = await post(`${url}/api/${orm}`, { email })
    expect(status, web?.output).toBe(200)
    await eventually(async () => {
      expect(await membersAndJobs(database, email)).toEqual([{ members: 1, jobs: 1 }])
    })
  })

  test("a request without a signature is refused", async () => {
    expect(await post(`${url}/api/perform`, {})).toMatchObject({
      status: 401,
      body: { code: "wrong_signature" },
    })
  })
})

async function installNext(version: string): Promise<Consumer | undefined> {
  const app = await installConsumer("next", { next: version })
  if (app)
    await cp(join(import.meta.dirname, "fixtures/plain/typescript/jobs.ts"), join(app.folder, "lib/jobs.ts"))
  return app
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the route returns
async function post(url: string, body: object): Promise<{ status: number; body: any }> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) })
  const text = await response.text()
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text }
}

async function expectJobFor(database: TestDatabase, email: string): Promise<void> {
  await eventually(async () => expect((await membersAndJobs(database, email))[0].jobs).toBe(1))
}

/** Of jobs, those that wait and those that have finished. */
function membersAndJobs(database: TestDatabase, email: string) {
  return database.rows(
    `select (select count(*)::integer from members where email = $1) as members,
      (select count(*)::integer from sluice.job_history where payload ->> 'to' = $1)
        + (select count(*)::integer from sluice.unfinished_jobs where payload ->> 'to' = $1) as jobs`,
    [email],
  )
}
