import { createServer } from "node:http"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { freePort } from "../support/free-port.ts"
import { type Running, startSluice } from "../support/start.ts"

/** As in `14:03:27`. */
const TIME = "\\d\\d:\\d\\d:\\d\\d"

test("npm start prints a readable line for each job that is stored or ends, and one for an idle invocation", async () => {
  const database = await createDatabase()
  const sluice = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_SCHEDULE: "rate(1 second)",
    SLUICE_WEBHOOK_ALLOW: "127.0.0.1",
  })
  expect(sluice.lines).toContain('psql  "$DATABASE_URL"')
  expect(sluice.lines.find((line) => line.startsWith("try "))).toMatch(/^try {3}curl -H "Authorization: /)

  expect(sluice.lines).toContainEqual(expect.stringMatching(/^next {2}.*functions\/jobs\/hello\.ts/))

  const usage = { customer: "a", metric: "calls", quantity: 1 }
  const { id } = (await sluice.post("/v1/jobs", { name: "record-usage", payload: usage })).body
  await lineOf(sluice, RegExp(`^${TIME} enqueue {3}record-usage #${id} enqueued$`))
  await lineOf(sluice, RegExp(`^${TIME} drain {5}record-usage #${id} succeeded in [\\d.]+ m?s$`))

  const url = `http://127.0.0.1:${await freePort()}`
  const failing = (await sluice.post("/v1/jobs", { name: "webhook", payload: { url } })).body.id
  await lineOf(
    sluice,
    RegExp(
      `^${TIME} drain {5}webhook #${failing} failed \\(attempt 1\\), retry in [\\d.]+ m?s: .*ECONNREFUSED`,
    ),
  )
  const gone = createServer((_, response) => response.writeHead(410).end()).listen(0, "127.0.0.1")
  onTestFinished(() => void gone.close())
  await eventually(() => expect(gone.address()).not.toBeNull())
  const { port } = gone.address() as { port: number }
  const payload = { url: `http://127.0.0.1:${port}` }
  const refused = (await sluice.post("/v1/jobs", { name: "webhook", payload })).body.id
  await lineOf(sluice, RegExp(`^${TIME} drain {5}webhook #${refused} discarded \\(attempt 1\\): .*410`))

  const below = sluice.lines[sluice.lines.findIndex((line) => line.includes(`#${failing} failed`)) + 1]
  expect(below, "the stack, in terms of the sources").toMatch(/^ {4}(at .*\.ts:\d+|Caused by: )/)

  const two = { jobs: [{ name: "noop" }, { name: "noop" }] }
  await sluice.post("/v1/jobs/batch", two)
  await lineOf(sluice, /2 jobs enqueued, #\d+ to #\d+$/)
  expect(sluice.lines.filter((line) => line.includes("{"))).toEqual([expect.stringMatching(/^try /)])
})

test("the embedded Postgres is shown with its address, for psql", async () => {
  const sluice = await startSluice()
  expect(sluice.lines).toContainEqual(
    expect.stringMatching(/^psql {2}postgres:\/\/postgres:[\w-]+@127\.0\.0\.1:\d+\/postgres$/),
  )
})

test("with SLUICE_LOG=json the functions' lines are JSON, those of jobs included", async () => {
  const database = await createDatabase()
  const sluice = await startSluice({ DATABASE_URL: database.url, SLUICE_LOG: "json" })
  const { id } = (await sluice.post("/v1/jobs", { name: "noop" })).body
  const line = await lineOf(sluice, /^\[drain\] \{.*"Job succeeded"/)
  expect(JSON.parse(line.slice("[drain] ".length))).toMatchObject({ jobId: id, name: "noop", attempt: 1 })
})

async function lineOf(sluice: Running, wanted: string | RegExp): Promise<string> {
  return eventually(() => {
    const found = sluice.lines.find((line) =>
      typeof wanted === "string" ? line === wanted : wanted.test(line),
    )
    expect(found, `${wanted} in\n${sluice.lines.join("\n")}`).toBeDefined()
    return found as string
  }, 30_000)
}
