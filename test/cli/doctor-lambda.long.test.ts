import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

test("doctor finds a drain function that Lambda would stop, and one that it repeats", async () => {
  const found = await examine({
    recursion: { RecursiveLoop: "Terminate" },
    retries: { MaximumRetryAttempts: 2 },
  })
  expect(found.code).toBe(1)
  expect(found.findings).toEqual([
    {
      check: "recursion",
      level: "wrong",
      code: "recursion_stopped",
      values: { function: "drain" },
      text: "Lambda stops drain when it has invoked itself about 16 times in a row",
      remedy: expect.stringContaining("--recursive-loop Allow"),
    },
    {
      check: "asyncRetries",
      level: "note",
      code: "async_retries_on",
      values: { function: "drain", attempts: 2 },
      text: "Lambda repeats a failed invocation of drain up to 2 times",
      remedy: expect.stringContaining("--maximum-retry-attempts 0"),
    },
  ])
})

test("doctor is content with a function as the component deploys it", async () => {
  const found = await examine({ recursion: { RecursiveLoop: "Allow" }, retries: { MaximumRetryAttempts: 0 } })
  expect(found.findings.map(({ level }) => level)).toEqual(["ok", "ok"])
  expect(found.code).toBe(0)
})

test("a function without settings of its own has Lambda's defaults", async () => {
  const found = await examine({ recursion: { RecursiveLoop: "Allow" }, retries: undefined })
  expect(found.findings[1]).toMatchObject({ check: "asyncRetries", level: "note" })
})

test("of a function that Lambda repeats once, doctor says so", async () => {
  const retries = { MaximumRetryAttempts: 1 }
  const found = await examine({ recursion: { RecursiveLoop: "Allow" }, retries })
  expect(found.findings[1]).toMatchObject({ text: "Lambda repeats a failed invocation of drain once" })
})

interface Finding {
  readonly check: string
  readonly level: string
  readonly text: string
}

/** With a Lambda that has these settings. */
async function examine({ recursion, retries }: { recursion: object; retries: object | undefined }) {
  const server = createServer(({ url = "" }, response) => {
    const settings = url.endsWith("/recursion-config") ? recursion : retries
    if (!settings) response.writeHead(404, { "x-amzn-errortype": "ResourceNotFoundException" })
    response.end(JSON.stringify(settings ?? { message: "none" }))
  })
  server.listen(0, "127.0.0.1")
  onTestFinished(() => void server.close())
  const database = await createDatabase()
  const { port } = server.address() as AddressInfo
  const run = runSluice.with({
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  })
  const { code, output } = await run(
    "doctor",
    "--drain-function",
    "drain",
    "--json",
    "--database-url",
    database.url,
  )
  const { findings }: { findings: Finding[] } = JSON.parse(output)
  return { code, findings: findings.filter(({ check }) => ["recursion", "asyncRetries"].includes(check)) }
}
