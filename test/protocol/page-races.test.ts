import { expect, test } from "vitest"
import { read } from "../support/sources.ts"
import { GUARDS } from "./guards.ts"
import { NUMBER_OF_RACES, RACES } from "./page.ts"

test("every race on the page has a guard that can be removed, and every guard its race", () => {
  expect(RACES).toHaveLength(NUMBER_OF_RACES)
  expect(RACES.map(({ name }) => name).toSorted()).toEqual(Object.keys(GUARDS).toSorted())
})

test.each(RACES)("the test of the race $name is there", ({ path, title }) => {
  expect(read(path)).toContain(`"${title}"`)
})

test.each(Object.entries(GUARDS))("the guard of the race %s is where it is removed", (_race, edits) => {
  for (const { file, from } of edits) expect(read(file).split(from), `${file}: ${from}`).toHaveLength(2)
})
