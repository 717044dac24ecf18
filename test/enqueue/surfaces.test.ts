import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { type Case, cases, generatedCases } from "./cases.ts"
import { enqueueEverywhere, type Verdict, type Verdicts } from "./surfaces.ts"

const database = await createDatabase()
const verdicts = await enqueueEverywhere(database, cases)

test.each(cases.map((each, index) => [titleOf(each), each, index] as const))(
  "%s in TypeScript, over HTTP and from SQL",
  (_title, each, index) => {
    const { refused, stored, notInTypeScript } = each
    const { typeScript, http, sql } = verdicts[index] as (typeof verdicts)[number]
    const all = notInTypeScript ? { http, sql } : { typeScript, http, sql }
    for (const [surface, { says, ...verdict }] of Object.entries(all)) {
      const expected = refused === undefined ? { state: expect.any(String), ...stored } : { refused }
      expect({ surface, ...verdict }).toMatchObject({ surface, ...expected })
      const { says: _says, ...first } = Object.values(all)[0] as Verdict
      expect(verdict, "the same as in the first of them").toEqual(first)
      if (says !== undefined)
        for (const word of wordsFor(each))
          expect({ surface, says }).toEqual({ surface, says: expect.stringMatching(word) })
    }
  },
)

test("what is put together from the parts of instants and durations is judged alike by all", async () => {
  const generated = generatedCases()
  const judged = await enqueueEverywhere(database, generated)
  const differing = generated
    .map(({ options }, index) => ({ options, ...withoutMessages(judged[index] as Verdicts) }))
    .filter(
      ({ typeScript, http, sql }) =>
        new Set([typeScript, http, sql].map((each) => JSON.stringify(each))).size > 1,
    )
  expect(differing).toEqual([])
  const stored = judged.filter(({ sql }) => sql && !("refused" in sql))
  expect(stored.length, "stored").toBeGreaterThan(100)
  expect(generated.length - stored.length, "refused").toBeGreaterThan(1_000)
})

function withoutMessages(verdicts: Verdicts): Verdicts {
  const entries = Object.entries(verdicts).map(([surface, { says: _says, ...verdict }]) => [surface, verdict])
  return Object.fromEntries(entries)
}

/** What the message has to have: the option, its value if that is short, and what to do. */
function wordsFor({ refused = "", options = "{}" }: Case): RegExp[] {
  const [root, option, ...rest] = refused.split(".")
  if (root !== "options" || option === undefined || rest.length > 0)
    return [literally(refused.split(".").at(-1) as string)]
  const isOption = cases.some((each) => each.refused === undefined && each.options?.includes(`"${option}"`))
  if (!isOption) return [literally(option)]
  const value = Object(JSON.parse(options))[option]
  const isShort =
    /^[\w .:+-]{1,60}$/.test(String(value)) && !/\de/.test(String(value)) && !(Math.abs(value) >= 1e15)
  return [literally(option), ...(isShort ? [literally(String(value))] : []), /: (give|send|store) /]
}

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
}

function titleOf({ name, payload, options, refused }: Case): string {
  const given = Object.entries({ name, payload, options }).flatMap(([key, value]) =>
    value === undefined
      ? []
      : `${key} ${value.length > 80 ? `${value.slice(0, 80)}… (${value.length})` : value}`,
  )
  return `${given.join(" and ")}: ${refused === undefined ? "stored" : `refused at ${refused}`}`
}
