import { createWake, lambda } from "@sluice/aws"
import { createNeonConnect, createNeonHttp } from "@sluice/aws/neon"
import { createSluice, defineJob, drain } from "@sluice/core"
import { http } from "@sluice/http"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { newKey } from "./endpoint.ts"

test.each([
  ["a url", http({ url: undefined, key: newKey() }), /^The url of http\({ url, key }\) is missing/],
  ["a key", http({ url: "http://127.0.0.1:1/", key: "" }), /^The key of http or .* is missing/],
  [
    "a function",
    lambda({ functionArn: undefined }),
    /^The functionArn of lambda\({ functionArn }\) is missing/,
  ],
])(
  "an executor without %s can be created; its job's error says what is missing",
  async (_, executor, message) => {
    const database = await createDatabase()
    const job = defineJob({ name: "job", executor, maxAttempts: 1 })
    const sluice = createSluice({ database: database.pool, jobs: [job] })
    const { id } = await sluice.enqueue(job, {})
    await drain(sluice, { connect: database.connect })
    const snapshot = await sluice.getJob(id)
    expect(snapshot?.errors[0]?.message).toMatch(message)
  },
)

test("a wake without a function logs that it has none, and the enqueue succeeds", async () => {
  const database = await createDatabase()
  const warnings: unknown[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (...line: unknown[]) => void warnings.push(line) }
  const sluice = createSluice({ database: database.pool, wake: createWake(undefined, log) })
  expect(await sluice.enqueue("job", {})).toMatchObject({ status: "enqueued" })
  expect(JSON.stringify(warnings)).toContain("createWake was given no function name")
})

test("Neon's connections without an address can be created; their first use says that it is missing", async () => {
  const refused = { code: "invalid_address", message: expect.stringContaining("createNeon") }
  await expect(createNeonHttp(undefined).query("select 1")).rejects.toMatchObject(refused)
  await expect(createNeonConnect("")()).rejects.toMatchObject(refused)
})
