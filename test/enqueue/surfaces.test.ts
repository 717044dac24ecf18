import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { type Case, cases, generatedCases } from "./cases.ts"
import { enqueueEverywhere } from "./surfaces.ts"

const database = await createDatabase()
const verdicts = await enqueueEverywhere(database, cases)

test.each(cases.map((each, index) => [titleOf(each), each, index] as const))(
  "%s in TypeScript, over HTTP and from SQL",
  (_title, { refused, stored, notInTypeScript }, index) => {
    const { typeScript, http, sql } = verdicts[index] as (typeof verdicts)[number]
    const all = notInTypeScript ? { http, sql } : { typeScript, http, sql }
    for (const [surface, verdict] of Object.entries(all)) {
      const expected = refused === undefined ? { state: expect.any(String), ...stored } : { refused }
      expect({ surface, ...verdict }).toMatchObject({ surface, ...expected })
      expect(verdict, "the same as in the first of them").toEqual(Object.values(all)[0])
    }
  },
)

test("what is put together from the parts of instants and durations is judged alike by all", async () => {
  const generated = generatedCases()
  const judged = await enqueueEverywhere(database, generated)
  const differing = generated
    .map(({ options }, index) => ({ options, ...judged[index] }))
    .filter(
      ({ typeScript, http, sql }) =>
        new Set([typeScript, http, sql].map((each) => JSON.stringify(each))).size > 1,
    )
  expect(differing).toEqual([])
  const stored = judged.filter(({ sql }) => sql && !("refused" in sql))
  expect(stored.length, "stored").toBeGreaterThan(100)
  expect(generated.length - stored.length, "refused").toBeGreaterThan(1_000)
})

function titleOf({ name, payload, options, refused }: Case): string {
  const given = Object.entries({ name, payload, options }).flatMap(([key, value]) =>
    value === undefined
      ? []
      : `${key} ${value.length > 80 ? `${value.slice(0, 80)}… (${value.length})` : value}`,
  )
  return `${given.join(" and ")}: ${refused === undefined ? "stored" : `refused at ${refused}`}`
}
