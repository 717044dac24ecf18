import { openApiDocument } from "@sluice/http"
import { Ajv2020 } from "ajv/dist/2020.js"
import { expect, test } from "vitest"
import { useApi } from "./api.ts"

const api = await useApi({ health: { lateAfter: "10m", failingAfter: "20m" } })
const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(openApiDocument, "openapi")

test("what executions came to is read over HTTP, and is as the document says", async () => {
  await api.post("/v1/jobs", { name: "greet", payload: { to: "Ada" }, options: { queue: "mail" } })
  await api.post("/v1/jobs", { name: "anything" })
  await api.drain()
  const throughput = await get("/v1/throughput?step=10m&queue=mail", "Throughput")
  expect(throughput).toMatchObject({ stepMs: 600_000, total: { executions: 1, succeeded: 1 } })
  const series = await get("/v1/series?by=name&step=1h", "SeriesList")
  expect(series.series.map(({ of }: { of: string }) => of)).toEqual(["anything", "greet"])
  const { names } = await get("/v1/names?queue=mail", "NameList")
  expect(names).toMatchObject([{ name: "greet", queues: ["mail"], executions: 1 }])
  expect(await get("/v1/forecast", "Forecast")).toMatchObject({ ready: 0, isEstimate: false })
  expect(await get("/v1/deployments", "DeploymentList")).toEqual({ deployments: [] })
})

test("a range, a step or a parameter that means nothing is answered 422", async () => {
  for (const path of [
    "/v1/throughput?step=90s",
    "/v1/throughput?since=yesterday",
    "/v1/throughput?nme=greet",
    "/v1/series?by=tag",
    "/v1/names?queue=a%20b",
    "/v1/deployments?until=x",
  ])
    expect(await api.get(path), path).toMatchObject({ status: 422 })
})

test("GET /v1/health answers 200 while the queue is healthy or late, and 503 when it is failing", async () => {
  const verdict = () => api.get("/v1/health")
  expect(await verdict()).toMatchObject({ status: 200, body: { verdict: "healthy", reasons: [] } })
  await api.rows(
    "insert into sluice.drainers (slot, backend_pid, label, ended_at, ending) values (1, 1, 'late', now(), 'closed')",
  )
  await api.rows(
    "insert into sluice.jobs (name, state, run_at) values ('anything', 'ready', now() - interval '15 minutes')",
  )
  const late = await verdict()
  expect(late).toMatchObject({ status: 200, body: { verdict: "late", reasons: [{ code: "oldest_ready" }] } })
  expect(ajv.validate("openapi#/components/schemas/Verdict", late.body), JSON.stringify(ajv.errors)).toBe(
    true,
  )
  await api.rows("update sluice.jobs set run_at = now() - interval '30 minutes'")
  expect(await verdict()).toMatchObject({ status: 503, body: { verdict: "failing" } })
  await api.rows("delete from sluice.jobs")
})

test("GET /metrics is for those with a key, in the form that Prometheus reads", async () => {
  const scrape = (key: string | null) =>
    fetch(`${api.url}/metrics`, key === null ? {} : { headers: { authorization: `Bearer ${key}` } })
  expect((await scrape(null)).status).toBe(401)
  expect((await scrape("wrong")).status).toBe(401)
  const scraped = await scrape(api.key)
  expect([scraped.status, scraped.headers.get("content-type")]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ])
  expect(await scraped.text()).toContain(
    'sluice_executions_total{name="greet",queue="mail",outcome="succeeded"} 1\n',
  )
})

async function get(path: string, schema: string) {
  const { status, body } = await api.get(path)
  expect(status, path).toBe(200)
  expect(ajv.validate(`openapi#/components/schemas/${schema}`, body), JSON.stringify(ajv.errors)).toBe(true)
  return body
}
