import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createClient, watchJob } from "@sluice/client"
import { migrate } from "@sluice/core/migrate"
import { build } from "esbuild"
import { expect, test } from "vitest"
import { createPageApp } from "../examples/page-app.ts"
import { eventually } from "../support/eventually.ts"
import { freePort } from "../support/free-port.ts"

const KEY = "the-key-of-the-server"
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const app = await createPageApp(["README.md", "docs/start/server.md"], { SLUICE_API_KEY: KEY })
await migrate(app.database.url)
await edit("server.ts", "port: 3000", `port: ${port}`)
await edit("jobs.ts", "console.log", "await new Promise((done) => setTimeout(done, 2_000)); console.log")
await build({
  entryPoints: [join(app.folder, "server.ts")],
  outfile: join(app.folder, "server.js"), // the dashboard of this repository is JSX, which Node doesn't load
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  jsx: "automatic",
  jsxImportSource: "hono/jsx",
  external: ["pg"],
})

test("the server of the page has API, dashboard and worker, and ends soon though a job runs and is watched", async () => {
  const server = app.start("server.js")
  await eventually(async () => expect((await fetch(`${url}/health`)).status).toBe(200), 30_000)
  const { id } = await post("/v1/jobs", { name: "welcome", payload: { to: "ada@example.org" } })
  const { id: later } = await post("/v1/jobs", {
    name: "welcome",
    payload: { to: "eve@example.org" },
    options: { delay: "1h" },
  })
  const { token } = await createClient({ url, key: KEY }).createJobToken(later)
  expect((await fetch(`${url}/v1/jobs/${id}`)).status).toBe(401)

  const seen: string[] = []
  const gone = new AbortController()
  const watching = (async () => {
    for await (const job of watchJob({ url, id: later, token, signal: gone.signal })) seen.push(job.state)
  })().catch(() => {})
  await eventually(() => expect(seen).toEqual(["scheduled"]))
  await eventually(async () => expect(await state(id)).toBe("running"))

  const page = await fetch(`${url}/dashboard/`)
  expect(page.status).toBe(401)
  const [, styles = expect.unreachable()] =
    /href="(\/dashboard\/assets\/[^"]+\.css)"/.exec(await page.text()) ?? []
  expect((await fetch(url + styles)).headers.get("content-type")).toContain("text/css")

  const stoppedAt = performance.now()
  expect(await server.end("SIGTERM")).toBe(0)
  expect(performance.now() - stoppedAt).toBeLessThan(10_000) // a stream lasts 20 seconds
  gone.abort()
  await watching
  const finished = await app.database.rows("select id::text, state from sluice.finished")
  expect(finished).toEqual([{ id, state: "succeeded" }])
}, 90_000)

async function state(id: string): Promise<string> {
  const response = await fetch(`${url}/v1/jobs/${id}`, { headers: { authorization: `Bearer ${KEY}` } })
  return ((await response.json()) as { state: string }).state
}

async function post(path: string, body: object): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" }
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) })
  expect(response.ok, await response.clone().text()).toBe(true)
  return response.json() as Promise<{ id: string }>
}

async function edit(file: string, before: string, after: string): Promise<void> {
  const text = await readFile(join(app.folder, file), "utf8")
  expect(text).toContain(before)
  await writeFile(join(app.folder, file), text.replace(before, after))
}
