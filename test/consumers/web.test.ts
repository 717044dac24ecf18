import { randomBytes } from "node:crypto"
import { cp } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { freePort } from "../support/free-port.ts"
import { type Consumer, installConsumer } from "./consumer.ts"
import { isLongRun } from "./long-run.ts"
import { type Enqueued, outcomes, PERFORMED } from "./performed.ts"

const app = isLongRun ? await installConsumer("web") : undefined
if (app)
  await cp(join(import.meta.dirname, "fixtures/plain/esm"), app.folder, { recursive: true, force: false })
afterAll(async () => await app?.remove())

const { importUsers: _, ...remote } = PERFORMED // a step needs the drainer's database session

describe.skipIf(!app)("a web app that has installed the packages", () => {
  for (const server of ["hono.js", "express.js"]) {
    test(`enqueues and performs jobs behind its own endpoint: ${server}`, { timeout: 180_000 }, async () => {
      await expectRemoteJobs(app as Consumer, await createDatabase("template0"), server)
    })
  }
})

async function expectRemoteJobs(app: Consumer, database: TestDatabase, server: string): Promise<void> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    DATABASE_URL: database.url,
    PORT: String(port),
    PERFORM_KEY: `whsec_${randomBytes(32).toString("base64")}`,
    PERFORM_URL: `${url}/perform`,
  }
  await app.run(["npx", "sluice", "migrate"], { env })
  const web = app.start(["node", server], { env })
  const worker = app.start(["npx", "sluice", "work", "--jobs", "./remote-jobs.js"], { env })
  try {
    await eventually(() => expect(web.output).toContain("ready"), 30_000)
    const enqueued = {
      welcome: await enqueue(url, "welcome", { to: "ada@example.org" }),
      receipt: await enqueue(url, "receipt", { order: 7 }),
      newsletter: await enqueue(url, "newsletter", { reader: "ada" }),
      reminder: await enqueue(url, "reminder", { dueAt: new Date(Date.now() + 500).toISOString() }),
      render: await enqueue(url, "render", {}),
    }
    expect(await outcomes(database, { enqueued })).toEqual(remote)
    const unsigned = await fetch(`${url}/perform`, { method: "POST", body: "{}" })
    expect(unsigned.status).toBe(401)
  } catch (error) {
    ;(error as Error).message +=
      `\n\nThe server printed:\n${web.output}\nThe worker printed:\n${worker.output}`
    throw error
  } finally {
    await Promise.all([web.stop(), worker.stop()])
  }
}

async function enqueue(url: string, name: string, payload: object): Promise<Enqueued["enqueued"][string]> {
  const body = JSON.stringify(payload)
  const headers = { "content-type": "application/json" }
  const response = await fetch(`${url}/jobs/${name}`, { method: "POST", body, headers })
  expect(response.status, await response.clone().text()).toBe(202)
  return (await response.json()) as Enqueued["enqueued"][string]
}
