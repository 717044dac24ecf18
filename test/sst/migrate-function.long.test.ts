import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bundleFunctions, createHost } from "@sluice/local"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { ROOT } from "./platform.ts"

const database = await createDatabase("template0")
const UNREACHABLE = "postgresql://ada:the-password@127.0.0.1:1/main"

const outDir = await mkdtemp(join(tmpdir(), "sluice-migrate-"))
const source = {
  handler: "functions/migrate.handler",
  external: ["@aws-sdk/*"],
  copyFiles: [{ from: "migrations" }],
}
const { migrate } = await bundleFunctions({ root: ROOT, outDir, functions: { migrate: source } })
const stageOf = (stage: string, url?: string) => ({
  ...migrate,
  environment: {
    SLUICE_OWNER: `shop/${stage}`,
    SST_RESOURCE_App: JSON.stringify({ name: "shop", stage }),
    ...(url && { SST_RESOURCE_SluiceDatabase: JSON.stringify({ url }) }),
  },
})
const host = await createHost({
  functions: {
    production: stageOf("production", database.url),
    dev: stageOf("dev", database.url),
    lost: stageOf("dev", UNREACHABLE),
    unlinked: stageOf("dev"),
  },
  log: () => {},
})
afterAll(async () => {
  await host.close()
  await rm(outDir, { recursive: true })
})

test("as it is deployed, it migrates with the files beside it, and claims the schema for its stage", async () => {
  expect((await invoke("production")).payload.applied[0]).toBe("0001_tables")
  expect((await invoke("production")).payload.applied).toEqual([])
  expect(await database.rows("select name from sluice.owner")).toEqual([{ name: "shop/production" }])
})

test("a second stage fails at deploy, and is told whose schema it is", async () => {
  expect(await invoke("dev")).toEqual({
    functionError: "Unhandled",
    payload: expect.objectContaining({
      errorType: "SchemaError",
      errorMessage: expect.stringContaining("belongs to shop/production, and this is shop/dev"),
    }),
  })
})

test("a database that can't be reached is said to be so, without its password", async () => {
  const { functionError, payload } = await invoke("lost")
  expect(functionError).toBe("Unhandled")
  expect(payload).toMatchObject({
    errorType: "DatabaseUnavailableError",
    errorMessage: expect.stringMatching(/^The database can't be reached: .*ECONNREFUSED.*127\.0\.0\.1:1/),
  })
  expect(JSON.stringify(payload)).not.toContain("the-password")
})

test("a link that was forgotten is named", async () => {
  expect((await invoke("unlinked")).payload.errorMessage).toContain('"SluiceDatabase" is not linked')
})

async function invoke(name: string) {
  const { functionError, payload } = await host.invoke(name, "{}")
  return { functionError, payload: JSON.parse(payload) }
}
