import { cp, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { getRequestListener } from "@hono/node-server"
import { createSluice, defineJob, start } from "@sluice/core"
import { createConnect, createPool } from "@sluice/core/pg"
import { createApp } from "@sluice/http"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { packedPackages } from "../support/packed.ts"
import { emptyConsumer, installConsumer } from "./consumer.ts"
import { type Enqueued, outcomes, PERFORMED, REFUSAL } from "./performed.ts"

const RUNTIMES = {
  Deno: ["npx", "deno", "run", "--allow-all", "--no-lock", "--node-modules-dir=manual"],
  Bun: ["npx", "bun", "run"],
}
const API_KEY = "a-key-of-the-runtimes"
const FIXTURES = join(import.meta.dirname, "fixtures")

const app = await installConsumer("runtimes")
if (app) await cp(join(FIXTURES, "plain/esm"), app.folder, { recursive: true, force: false })
afterAll(() => app?.remove())

describe.skipIf(!app).each(Object.entries(RUNTIMES))("on %s", (_, runtime) => {
  const run = (file: string, env: Record<string, string>) => app?.run([...runtime, file], { env }) ?? ""

  test("the client enqueues, watches a job, and reads its result", { timeout: 120_000 }, async () => {
    const url = await startQueue()
    const output = await run("client.js", { API_URL: url, API_KEY })
    expect(JSON.parse(output.trim().split("\n").at(-1) ?? "")).toEqual({
      sameJob: true,
      lastSeen: "Hello, Ada",
      result: "Hello, Ada",
      refused: { name: "SluiceApiError", status: 401, code: "wrong_key" },
    })
  })

  test("the engine migrates, enqueues, and performs jobs until SIGINT", { timeout: 180_000 }, async () => {
    const database = await createDatabase("template0")
    const env = { DATABASE_URL: database.url }
    expect(await run("migrate.js", env)).toContain("0001_tables")
    const enqueued: Enqueued = JSON.parse((await run("enqueue.js", env)).trim().split("\n").at(-1) ?? "")
    expect(enqueued.refusal).toEqual(REFUSAL)
    const worker = app?.start([...runtime, "worker.js"], { env })
    try {
      expect(await outcomes(database, enqueued), worker?.output).toEqual(PERFORMED)
    } finally {
      await worker?.stop()
    }
    expect(worker?.output).toContain("stopped")
  })
})

test.skipIf(!app)(
  "pnpm installs the packages, and an app in its strict folder works",
  {
    timeout: 300_000,
  },
  async () => {
    const database = await createDatabase("template0")
    const env = { DATABASE_URL: database.url }
    const strict = await emptyConsumer()
    onTestFinished(() => strict.remove())
    await cp(join(FIXTURES, "plain/esm"), strict.folder, { recursive: true })
    const packed = Object.entries(await packedPackages()).map(
      ([name, path]) => [name, `file:${path}`] as const,
    )
    const dependencies = { pg: "8.23.1", zod: "4.6.7", ...Object.fromEntries(packed) }
    await writeFile(
      join(strict.folder, "package.json"),
      JSON.stringify({ private: true, type: "module", dependencies }),
    )
    // the packages that depend on each other aren't on the registry
    const overrides = packed.map(([name, path]) => `  "${name}": "${path}"`)
    await writeFile(join(strict.folder, "pnpm-workspace.yaml"), ["overrides:", ...overrides, ""].join("\n"))
    const pnpm = join(app?.folder ?? "", "node_modules/.bin/pnpm")
    await strict.run([pnpm, "install", "--ignore-scripts", "--prefer-offline"])

    await strict.run([pnpm, "exec", "sluice", "migrate"], { env })
    const enqueued: Enqueued = JSON.parse(await strict.run(["node", "enqueue.js"], { env }))
    const worker = strict.start([pnpm, "exec", "sluice", "work", "--jobs", "./jobs.js"], { env })
    try {
      expect(await outcomes(database, enqueued), worker.output).toEqual(PERFORMED)
    } finally {
      await worker.stop()
    }
  },
)

/** Serves the API of a queue whose job ends once somebody watches it, and returns its address. */
async function startQueue(): Promise<string> {
  const database = await createDatabase()
  const watched = Promise.withResolvers<void>()
  const greet = defineJob({
    name: "greet",
    async perform({ name }: { name: string }) {
      await watched.promise
      return `Hello, ${name}`
    },
  })
  const pool = createPool(database.url, { max: 4 })
  const connect = createConnect(database.url)
  const sluice = createSluice({ database: pool, listen: connect, jobs: [greet] })
  const api = createApp({ sluice, apiKey: API_KEY, streaming: true, log: { ...console, info() {} } })
  const server = createServer(getRequestListener(api.fetch))
  server.on("request", ({ url }) => url?.includes("/events") && watched.resolve())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const worker = start(sluice, { connect })
  onTestFinished(async () => {
    await worker.stop()
    server.close()
    server.closeAllConnections()
    await pool.end()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
