import { createSluice } from "@sluice/core"
import { FINDING_TEXTS } from "@sluice/core/findings"
import { expect, onTestFinished, test } from "vitest"
// biome-ignore lint/style/noRestrictedImports: no app sees the texts by themselves
import { languages } from "../../packages/http/src/dashboard/languages/index.ts"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const reader = visitDashboard(sluice, "reader")

const codes = Object.keys(FINDING_TEXTS) as (keyof typeof FINDING_TEXTS)[]

test.each(languages)("each finding is said in $code with the values that it has in English", ({ text }) => {
  expect(Object.keys(text.findings).toSorted()).toEqual(codes.toSorted())
  for (const code of codes)
    expect([code, namesIn(text.findings[code])]).toEqual([code, namesIn(FINDING_TEXTS[code])])
})

test.each(languages.slice(1))("no finding is left in English in $code", ({ text }) => {
  const same = codes.filter((code) => text.findings[code].text === FINDING_TEXTS[code].text)
  expect(same).toEqual([])
})

/** The values of each part, in no order: languages have their own. */
function namesIn(texts: object): Record<string, string[]> {
  const parts = Object.entries(texts).map(([part, text]) => [part, (text.match(/\{\w+\}/g) ?? []).toSorted()])
  return Object.fromEntries(parts)
}

test("each value that a finding names has its place in the text, in the reader's own way to write it", async () => {
  await database.pool.query("select sluice.enqueue('nobody')")
  await database.pool.query("update sluice.jobs set run_at = '2030-03-04 05:06:07+00', state = 'unknown'")
  onTestFinished(() => database.pool.query("delete from sluice.jobs").then(() => {}))
  const { text } = await reader.get("/health", { "accept-language": "de", cookie: "sluice_zone=x" })
  expect(readable(text)).toContain(
    "Es warten Jobs, die kein Drainer des letzten Tages ausführen kann: nobody (1 seit 04.03.2030, 05:06:07 UTC).",
  )
  expect(readable(text)).toMatch(/Platz für [\d.]+ Locks, davon jetzt gehalten: \d+/)
  expect(readable(text)).not.toMatch(/\{\w+\}/)
})

test("names keep their direction within a sentence that runs from right to left, and their markup is text", async () => {
  await database.pool.query("select sluice.enqueue('nobody')")
  await database.pool.query("update sluice.jobs set name = '<b>{schema}</b>', state = 'unknown'")
  onTestFinished(() => database.pool.query("delete from sluice.jobs").then(() => {}))
  const { text } = await reader.get("/health", { "accept-language": "ar" })
  expect(text).toContain("\u2068&lt;b&gt;{schema}&lt;/b&gt;\u2069")
  expect(text).not.toContain("<b>{schema}")
})

test("what this dashboard doesn't know is said in English, and marked as that", async () => {
  const unknown = {
    check: "moon",
    level: "note",
    code: "moon_full",
    values: {},
    text: "the moon is full",
  } as const
  const later = visitDashboard({ ...sluice, examine: async () => [unknown] }, "reader")
  const { text } = await later.get("/health", { "accept-language": "ar" })
  expect(text).toMatch(/lang="en" dir="ltr"><p>The moon is full\.<\/p>/)
})
