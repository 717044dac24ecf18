import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { STATES, TRANSITIONS } from "./page.ts"
import { FUNCTIONS } from "./sql.ts"

const database = await createDatabase()
const inDiagram = new Set(
  TRANSITIONS.flatMap(({ from, to }) => [from, to]).filter((state) => state !== "[*]"),
)

test("the states of jobs on the page are those that the table takes", async () => {
  const [{ source }] = await database.rows(
    "select prosrc as source from pg_proc where oid = 'sluice.assert_whole'::regproc",
  )
  const [known] = /j\.state in \(.*?then 'known_state'/s.exec(source) as RegExpExecArray
  expect(namesOf("jobs")).toEqual(literalsIn(known.replace("then 'known_state'", "")).toSorted())
})

test("the states of finished on the page are those of its CHECK constraint", async () => {
  const [{ definition }] = await database.rows(
    `select pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid = 'sluice.finished'::regclass and conname = 'known_state'`,
  )
  expect(namesOf("finished")).toEqual(literalsIn(definition).toSorted())
})

test("the diagram has the states of the table, no more and no fewer", () => {
  expect([...inDiagram].toSorted()).toEqual(STATES.map(({ name }) => name).toSorted())
})

test("the API calls them what the page says", async () => {
  const names = STATES.map(({ name }) => name)
  const rows = await database.rows(
    "select name, sluice.public_state(name) as public_name from unnest($1::text[]) name",
    [names],
  )
  expect(rows).toEqual(STATES.map(({ name, publicName }) => ({ name, public_name: publicName })))
})

test("a job can be canceled in every state in which it waits", () => {
  const canceled = TRANSITIONS.filter(({ to }) => to === "canceled").map(({ from }) => from)
  const waiting = STATES.filter(({ table }) => table === "jobs").map(({ name }) => name)
  expect(canceled.toSorted()).toEqual(waiting.toSorted())
})

test("the transitions that move a row within jobs are those that the SQL makes", () => {
  const made = [...FUNCTIONS].flatMap(([name, sql]) => statesSetBy(sql).map((state) => `${name} to ${state}`))
  const live = new Set(STATES.filter(({ table }) => table === "jobs").map(({ name }) => name))
  const drawn = TRANSITIONS.filter(({ from, to }) => live.has(from) && live.has(to)).flatMap(
    ({ to, functions }) => functions.map((name) => `${name} to ${to}`),
  )
  expect([...new Set(drawn)].toSorted()).toEqual([...new Set(made)].toSorted())
})

test("the transitions that store or finish a job are made by functions that name the state", () => {
  for (const { from, to, functions } of TRANSITIONS) {
    if (from !== "[*]" && !["succeeded", "discarded", "canceled"].includes(to)) continue
    for (const name of functions) expect(literalsIn(FUNCTIONS.get(name) as string), name).toContain(to)
  }
  const finishing = [...FUNCTIONS]
    .filter(([, sql]) => /\binsert into finished\b/.test(sql))
    .map(([name]) => name)
  const drawn = new Set(TRANSITIONS.flatMap(({ functions }) => functions))
  expect(finishing.filter((name) => !drawn.has(name))).toEqual([])
})

function namesOf(table: string): string[] {
  return STATES.filter((state) => state.table === table)
    .map(({ name }) => name)
    .toSorted()
}

/** The states that a function's updates of `jobs` give to rows. */
function statesSetBy(sql: string): string[] {
  const updates = [...sql.matchAll(/\bupdate jobs\b[^;]*?\bset\b([^;]*?)(?=\b(?:where|from)\b)/g)]
  return updates.flatMap(([, assignments]) =>
    literalsIn(/\bstate = ([^,]*)/.exec(assignments as string)?.[1] ?? ""),
  )
}

function literalsIn(sql: string): string[] {
  return [...sql.matchAll(/'(\w+)'/g)].map(([, literal]) => literal as string)
}
