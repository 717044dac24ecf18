import { GetScheduleCommand } from "@aws-sdk/client-scheduler"
import { fromEnvironment } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { bundleFunctions, createHost } from "@sluice/local"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { schedulerOf } from "../idle/deployment.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const database = await createDatabase()
const { host, lines, scheduler } = await deploy()
beforeAll(() => {
  vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", host.invokeApiUrl)
  vi.stubEnv("AWS_REGION", host.region)
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local")
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local")
  vi.stubEnv("SLUICE_DRAIN_FUNCTION", "drain")
  vi.stubEnv("SLUICE_POOLS", '{ "heavy": ["heavy"] }')
})

test("a job is performed by the function of its pool, and a delayed one by that pool's wake-up, not by the others", async () => {
  lines.length = 0 // of an attempt that has failed
  const sluice = createSluice({ ...fromEnvironment(), database: database.pool })
  const invoked = () => lines.flatMap((line) => /^START (\w+) /.exec(line)?.[1] ?? [])
  const isDone = (id: string) => async () =>
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" })

  const { id } = await sluice.enqueue("noop", {}, { queue: "heavy" })
  await eventually(isDone(id))
  expect(invoked()).toEqual(["heavy"])
  const light = await sluice.enqueue("noop", {})
  await eventually(isDone(light.id))
  expect(invoked()).toEqual(["heavy", "drain"])

  await eventually(async () =>
    expect([await stateOf("heavy"), await stateOf("drain")]).toEqual(["DISABLED", "DISABLED"]),
  )
  await sluice.enqueue("noop", {}, { queue: "heavy", delay: "1h" })
  await eventually(async () => expect(await stateOf("heavy")).toBe("ENABLED"))
  expect(await stateOf("drain")).toBe("DISABLED")
  expect(invoked()).toEqual(["heavy", "drain", "heavy"])
})

async function stateOf(pool: string): Promise<string | undefined> {
  const schedule = scheduler.send(new GetScheduleCommand({ GroupName: "sluice", Name: pool }))
  return (await schedule.catch(() => undefined))?.State
}

/** The drain function twice: for the queue "heavy", and for all others. In idle mode. */
async function deploy() {
  const folder = await makeTemporaryFolder()
  const { drain } = await bundleFunctions({
    root: new URL("../..", import.meta.url).pathname,
    outDir: folder.path,
    functions: { drain: { handler: "functions/drain.handler", external: ["@aws-sdk/*"] } },
  })
  const lines: string[] = []
  const forPool = (name: string, queues: Record<string, string>) => ({
    ...drain,
    timeoutMs: 60_000,
    environment: {
      ...queues,
      SLUICE_DRAIN_FUNCTION: "drain",
      SLUICE_POOLS: '{ "heavy": ["heavy"] }',
      SLUICE_IDLE_SCHEDULE: `sluice/${name}`,
      SLUICE_IDLE_ROLE: "arn:aws:iam::000000000000:role/wake-up",
      SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "test" }),
      SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: database.url }),
    },
  })
  const host = await createHost({
    functions: {
      drain: forPool("drain", { SLUICE_EXCEPT_QUEUES: "heavy" }),
      heavy: forPool("heavy", { SLUICE_QUEUES: "heavy" }),
    },
    log: (line) => lines.push(line),
  })
  afterAll(async () => {
    await host.close({ graceMs: 0 })
    await folder.remove()
  })
  return { host, lines, scheduler: schedulerOf(host) }
}
