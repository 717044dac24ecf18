import { createSluice, defineJob } from "@sluice/core"
import { afterAll, expect, test } from "vitest"
import * as z from "zod"
import { createDatabase } from "../support/database.ts"
import { openApi } from "./api.ts"

const database = await createDatabase()
const strict = defineJob({ name: "strict", input: z.strictObject({ to: z.string() }), perform() {} })
const headers = defineJob({
  name: "headers",
  input: z.object({ headers: z.record(z.string().max(3), z.number()) }),
  perform() {},
})
const others = Array.from({ length: 3_000 }, (_, n) =>
  defineJob({ name: `${n}-${"a-long-name".repeat(10)}`, perform() {} }),
)
const sluice = createSluice({ database: database.pool, jobs: [strict, headers, ...others] as never })
const api = await openApi({ sluice })
afterAll(api.close)

const long = "k".repeat(1_500_000)
const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, n) => [`header ${n}`, "text"]))
const manyLong = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [`${n}${"h".repeat(20_000)}`, "text"]),
)
const job = (payload: unknown, options = {}) => ({ name: "strict", payload, options })

test.each<[what: string, body: unknown, code: string]>([
  ["an unknown key of 1.5 MB", { [long]: 1 }, "unknown_key"],
  ["an unknown option of 1.5 MB", job({}, { [long]: 1 }), "unknown_option"],
  ["a job name of 1.5 MB", { name: long }, "invalid_name"],
  ["a job name that is far from 3,000 others", { name: "zzz" }, "unknown_job"],
  ["a queue of 1.5 MB", job({}, { queue: long }), "invalid_name"],
  ["a delay of 1.5 MB", job({ to: "a" }, { delay: long }), "invalid_duration"],
  ["a runAt of 1.5 MB", job({ to: "a" }, { runAt: long }), "invalid_option"],
  ["a list of 400,000 tags", job({}, { tags: new Array(400_000).fill("a") }), "invalid_option"],
  ["an unknown key of a payload", job({ to: "a", ["k".repeat(200_000)]: 1 }), "invalid_payload"],
  ["8,000 bad headers", { name: "headers", payload: { headers: many(8_000) } }, "invalid_payload"],
  [
    "bad headers of 20,000 characters",
    { name: "headers", payload: { headers: manyLong } },
    "invalid_payload",
  ],
  ["a NUL far down", { name: "strict", payload: nested("k".repeat(500), 400, "\0") }, "invalid_payload"],
  ["an inexact number far down", nestedText("k".repeat(500), 900, "12345678901234567890"), "inexact_number"],
])("%s is answered in a moment and in a few kilobytes", async (_what, body, code) => {
  const beganAtMs = performance.now()
  const answer = await api.post("/v1/jobs", body)
  expect(answer.body.code).toBe(code)
  expect(Buffer.byteLength(JSON.stringify(answer.body))).toBeLessThan(50_000)
  expect(answer.body.errors.length).toBeLessThanOrEqual(20)
  expect(performance.now() - beganAtMs).toBeLessThan(2_000)
})

test("of many issues the first are told, and how many more there are", async () => {
  const { body } = await api.post("/v1/jobs", { name: "headers", payload: { headers: many(1_000) } })
  expect(body.errors).toHaveLength(20)
  expect(body.detail).toMatch(/; and \d+ more$/)
})

test("the answer about a job is below 1 MB whatever is stored in it", async () => {
  const tags = new Array(100).fill("🚰".repeat(128))
  const metadata = { text: "x".repeat(64 * 1024 - 11) }
  const payload = { to: "x".repeat(256 * 1024 - 9) }
  const { body } = await api.post("/v1/jobs", job(payload, { tags, metadata, uniqueKey: "🚰".repeat(512) }))
  const answer = await fetch(`${api.url}/v1/jobs/${body.id}`, {
    headers: { authorization: `Bearer ${api.key}` },
  })
  expect(answer.status).toBe(200)
  expect((await answer.arrayBuffer()).byteLength).toBeLessThan(500_000)
})

test.each([0, 1])(
  "what is quoted is text that every program can read, wherever it is cut: %i",
  async (more) => {
    const lions = `${"x".repeat(more)}${"🦁".repeat(500)}`
    const answers = [
      await api.get(`/v1/jobs?${encodeURIComponent(lions)}=1`),
      await api.post("/v1/jobs", { [lions]: 1 }),
      await api.post("/v1/jobs", { "\ud800": 1 }),
      await api.post("/v1/jobs", { name: lions }),
      await api.post("/v1/jobs", job({}, { queue: lions })),
      await api.post("/v1/jobs", job({ to: "a", [lions]: 1, "\ud800": 1 })),
      await api.post("/v1/jobs", { name: "headers", payload: { headers: { [lions]: "text" } } }),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(422)
      expect(body.detail).not.toContain("\\ud8")
      expect(
        [body.detail, ...(body.errors ?? []).flatMap(Object.values)].filter((one) => !one.isWellFormed()),
      ).toEqual([])
    }
  },
)

function nested(key: string, levels: number, value: unknown): unknown {
  return levels === 0 ? value : { [key]: nested(key, levels - 1, value) }
}

function nestedText(key: string, levels: number, value: string): string {
  return `{"name":"strict","payload":${`{"${key}":`.repeat(levels)}${value}${"}".repeat(levels)}}`
}
