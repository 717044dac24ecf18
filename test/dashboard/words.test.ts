import { expect, test } from "vitest"
// biome-ignore lint/style/noRestrictedImports: no app sees the texts by themselves
import { languages } from "../../packages/http/src/dashboard/languages/index.ts"
import { GLOSSARY } from "./glossary.ts"

const [english, ...others] = languages

/** Each text with its place: `jobs.did.retry`, and of a plural `jobs.logLines.few`. */
function textsOf(of: unknown, place = ""): [place: string, text: string][] {
  if (typeof of === "string") return [[place, of]]
  return Object.entries(of as object).flatMap(([key, value]) =>
    textsOf(value, place === "" ? key : `${place}.${key}`),
  )
}

/** Plurals are compared as one text: languages have other forms of them. */
function placeholdersOf(of: unknown): Record<string, string[]> {
  const found = new Map<string, Set<string>>()
  for (const [place, text] of textsOf(of)) {
    const whole = place.replace(/\.(?:zero|one|two|few|many|other)$/, "")
    const names = found.get(whole) ?? new Set()
    for (const [, name = ""] of text.matchAll(/\{(\w+)\}/g)) names.add(name)
    found.set(whole, names)
  }
  return Object.fromEntries([...found].map(([place, names]) => [place, [...names].sort()]))
}

test.each(Object.entries(GLOSSARY))("each thing has one name on all pages, in %s", (code, terms) => {
  const text = others.find((language) => language.code === code)?.text
  const prose = textsOf(text).filter(([place]) => place !== "jobs.searchHint")
  const wrong = prose.filter(([, one]) => terms.some(({ not }) => not?.test(one.replaceAll(/\{\w+\}/g, ""))))
  expect(wrong).toEqual([])
})

test.each(others)("$code says each value that English does", ({ text }) => {
  expect(placeholdersOf(text)).toEqual(placeholdersOf(english.text))
})

test.each(languages)("$code calls a page in the navigation as the page calls itself", ({ text }) => {
  const { navigation } = text
  for (const page of [
    "jobs",
    "names",
    "errors",
    "queues",
    "schedules",
    "waits",
    "drainers",
    "limits",
    "health",
  ] as const)
    expect(text[page].title, page).toBe(navigation[page])
})

test.each(languages)(
  "$code has no word for two of the states, nor one of them for a page or an end",
  ({ text }) => {
    const words = [
      ...Object.values(text.states),
      text.jobs.columns.state,
      text.navigation.health,
      text.jobs.finishedAt,
    ]
    expect(new Set(words).size).toBe(words.length)
  },
)

test("Arabic has its own words for one and for two, and an ending for eleven that a hundred doesn't have", () => {
  const arabic = others.find(({ code }) => code === "ar")?.text
  const forms = new Map(textsOf(arabic).filter(([place]) => /\.(?:one|two|few|many|other)$/.test(place)))
  const counted = [...forms].filter(([place]) => place.endsWith(".other"))
  const short = counted.filter(([place, text]) => {
    const of = (form: string) => forms.has(place.replace(/other$/, form))
    return !(of("one") && of("two")) || (/\{count\} \S+ًا/.test(text) && !of("many"))
  })
  // of 5,000
  expect(short.map(([place]) => place)).toEqual(["jobs.several.tooMany.other"])
})
