import { describe, expect, test } from "vitest"
import { preparePlatform } from "../sst/platform.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { deploy, servicesWatched } from "./deployment.ts"

const prepared = await preparePlatform()

describe.skipIf(!prepared)("this repository's functions as its config deploys them", async () => {
  if (!prepared) return
  const database = await createDatabase("template0")
  const app = await deploy("", {
    secrets: { SluiceDatabaseUrl: database.url, SluiceApiKey: "the-key" },
    edits: {
      'drain: "functions/drain.handler",': 'drain: "functions/drain.handler", schema: "own",',
    },
  })

  test("a job that is posted to the API is performed, in the schema of the config", async () => {
    await app.invoke("SluiceMigrate")
    const url = await app.serve("SluiceEnqueue")
    const response = await fetch(`${url}/v1/jobs`, {
      method: "POST",
      headers: { authorization: "Bearer the-key", "content-type": "application/json" },
      body: JSON.stringify({ name: "noop" }),
    })
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    await eventually(async () =>
      expect(await database.rows("select id::text, state from own.finished")).toEqual([
        { id, state: "succeeded" },
      ]),
    )
  })

  test("the metrics have the service that alarms and dashboard watch", async () => {
    const services = await eventually(() => {
      const metrics = app.printed("SluiceDrain").filter((line) => "Succeeded" in line)
      expect(metrics.length).toBeGreaterThan(0)
      return metrics.map(({ service }) => service)
    })
    expect(new Set(services)).toEqual(servicesWatched(app))
  })
})
