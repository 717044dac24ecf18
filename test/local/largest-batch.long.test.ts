import { MEMORY_MB } from "@sluice/aws"
import { bundleFunctions, createHost, startHttpGateway } from "@sluice/local"
import { beforeEach, expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { ROOT, temporaryDirectory } from "./support.ts"

const database = await createDatabase()
type Bundle = { bundleDir: string; handler: string }
const { enqueue, drain } = (await bundleFunctions({
  root: ROOT,
  outDir: await temporaryDirectory(),
  functions: {
    enqueue: { handler: "functions/enqueue.handler", external: ["@aws-sdk/*"] },
    drain: { handler: "test/local/fixtures/functions.echo", external: ["@aws-sdk/*"] },
  },
})) as { enqueue: Bundle; drain: Bundle }

const LARGEST_BODY_BYTES = 2 * 2 ** 20
/** With its envelope, and a payload that is somewhat below the largest. */
const jobOf = (payload: string) => `{"name":"noop","payload":{"a":${payload}}}`
const batchOf = (jobs: number, job: string) => `{"jobs":[${new Array(jobs).fill(job).join(",")}]}`
const list = (item: string, length: number) => `[${new Array(length).fill(item).join(",")}]`

beforeEach(() => database.pool.query("delete from sluice.jobs"))

/** Posts to an API that nobody has used before, on the memory that it is deployed with. */
async function post(body: string): Promise<{ status: number; report: string | undefined }> {
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LARGEST_BODY_BYTES)
  const lines: string[] = []
  const environment = {
    SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "local" }),
    SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: database.url }),
    SST_RESOURCE_SluiceApiKey: JSON.stringify({ value: "key" }),
    SLUICE_DRAIN_FUNCTION: "drain", // to wake it takes the AWS SDK, when the jobs are stored already
  }
  const functions = {
    enqueue: { ...enqueue, environment, memoryMb: MEMORY_MB.enqueue, timeoutMs: 29_000 },
    drain,
  }
  const host = await createHost({ log: (line) => lines.push(line), functions })
  onTestFinished(() => host.close({ graceMs: 0 }))
  const gateway = await startHttpGateway({ host, functionName: "enqueue", port: 0, log: () => {} })
  onTestFinished(() => gateway.close())

  const { status } = await fetch(`${gateway.url}/v1/jobs/batch`, {
    method: "POST",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body,
  })
  return { status, report: lines.find((line) => line.startsWith("REPORT enqueue")) }
}

test.each([
  ["text", 7, jobOf(JSON.stringify("x".repeat(256 * 1024 - 8)))],
  ["empty objects, which take most when they are parsed", 7, jobOf(list("{}", 87_300))],
  ["numbers of 309 digits", 250, jobOf(list("1e308", 840))],
  [
    "little",
    10_000,
    '{"name":"noop","payload":{"to":"ada@example.org"},"options":{"delay":"5m","tags":["a"],"metadata":{"a":1},"queue":"mail","timeout":"1m"}}',
  ],
])(
  "the largest batch of %s is stored once, in the memory that the function has",
  async (_what, jobs, job) => {
    const { status, report } = await post(batchOf(jobs, job))
    expect({ status, report }).toEqual({ status: 201, report: expect.stringMatching(/ succeeded \d+ MB$/) })
    expect(Number(report?.match(/(\d+) MB$/)?.[1]), "with room for what an app adds").toBeLessThan(
      MEMORY_MB.enqueue * 0.9,
    )
    expect((await database.rows("select count(*)::int from sluice.jobs"))[0].count).toBe(jobs)
  },
)

test.each([
  ["lists in lists in lists", 422, `{"jobs":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`],
  ["more than Postgres should be given at once", 413, batchOf(400, jobOf(list("1e308", 840)))],
])(
  "what is no legal batch (%s) is refused in that memory too, and nothing is stored",
  async (_what, status, body) => {
    expect(await post(body)).toMatchObject({ status, report: expect.stringContaining(" succeeded ") })
    expect(await database.rows("select id from sluice.jobs limit 1")).toEqual([])
  },
)
