import { basename } from "node:path"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { filesOf, read, withoutComments } from "../support/sources.ts"

const database = await createDatabase()
const protocol = filesOf("migrations/functions/protocol", ".sql")
const internal = filesOf("migrations/functions", ".sql").filter((path) => !path.includes("/protocol/"))
const typescript = ["packages", "functions"]
  .flatMap((folder) => filesOf(folder, ".ts"))
  .filter((path) => !/node_modules|\/dist\//.test(path))
  .filter((path) => !path.startsWith("packages/core/src/testing/")) // its clock replaces functions that are internal

/** For people, in SQL. */
const CALLED_BY_HAND = [
  "enqueue",
  "enqueue_many",
  "enqueue_batch",
  "enqueue_workflow",
  "add_to_batch",
  "emit",
  "unknown_names",
]
/** Called by `migrate` in the session's own schema. */
const CALLED_BY_BARE_NAME = ["force_maintenance"]

interface Call {
  readonly path: string
  readonly name: string
  readonly parameters: readonly string[]
}

const calls = typescript.flatMap((path) => callsIn(path, read(path)))

test("the protocol is what TypeScript calls, and what people call in SQL", () => {
  const called = new Set([...calls.map(({ name }) => name), ...CALLED_BY_HAND, ...CALLED_BY_BARE_NAME])
  called.delete("lock_space") // made by a numbered file
  expect(protocol.map(nameOf).toSorted()).toEqual([...called].toSorted())
})

test("each call names its parameters, in their order, and leaves out none that has no default", async () => {
  const signatures = new Map(
    (
      await database.rows(
        `select proname as name, coalesce(proargnames[:pronargs], '{}') as parameters, pronargs - pronargdefaults as required
         from pg_proc where pronamespace = 'sluice'::regnamespace`,
      )
    ).map(({ name, ...signature }) => [name, signature]),
  )
  for (const { path, name, parameters } of calls.filter((call) => call.name !== "lock_space")) {
    const signature = signatures.get(name)
    const given = signature.parameters.filter((parameter: string) => parameters.includes(parameter))
    expect(parameters, `${name} in ${path}`).toEqual(given)
    expect(parameters, `${name} in ${path}`).toEqual(
      expect.arrayContaining(signature.parameters.slice(0, signature.required)),
    )
  }
})

test("each protocol function says what its parameters are", () => {
  for (const path of protocol.filter((path) => nameOf(path) !== "enqueue")) {
    const [header, rest] = read(path).split("create or replace function", 2) as [string, string]
    const parameters = rest.slice(0, rest.indexOf("\nlanguage")).match(/\bp_\w+/g) ?? []
    for (const parameter of parameters)
      expect(header, path).toMatch(new RegExp(`^-- .*\\b${parameter}\\b`, "m"))
  }
})

test("every internal function is used by another one or by a table, and starts with a comment", () => {
  const texts = new Map(
    [...protocol, ...internal, "migrations/0001_tables.sql"].map((path) => [
      path,
      withoutComments(read(path)),
    ]),
  )
  const unused = internal.filter(
    (path) =>
      ![...texts].some(([other, text]) => other !== path && new RegExp(`\\b${nameOf(path)}\\(`).test(text)),
  )
  expect(unused).toEqual([])
  expect(internal.filter((path) => !read(path).startsWith("-- "))).toEqual([])
})

/** Those through `protocolCall`, of one function or of two with the same parameters, and those that a statement spells out. */
function callsIn(path: string, text: string): Call[] {
  const built = text.matchAll(/\bprotocolCall\(\s*[\w.]+,\s*(?:\w+ \? "(\w+)" : )?"(\w+)",\s*\{/g)
  const spelled = text.matchAll(/\$\{[\w.]*schema\}\.(\w+)\((.*?)\)/g)
  return [
    ...[...built].flatMap(({ 0: start, 1: other, 2: name, index }) => {
      const named = objectAt(text, index + start.length).matchAll(/(?<![\w.])(p_\w+):/g)
      const parameters = [...named].map(([, parameter]) => parameter as string)
      return [other, name].flatMap((each) => (each ? [{ path, name: each, parameters }] : []))
    }),
    ...[...spelled].map(([, name, body]) => ({
      path,
      name: name as string,
      parameters: (body as string)
        .split(",")
        .flatMap((part) => (part === "" ? [] : [part.split("=>")[0]?.trim() as string])),
    })),
  ]
}

/** The text up to the brace that closes an object. */
function objectAt(text: string, from: number): string {
  let end = from
  for (let open = 1; open > 0; end++) open += text[end] === "{" ? 1 : text[end] === "}" ? -1 : 0
  return text.slice(from, end)
}

function nameOf(path: string): string {
  return basename(path, ".sql")
}
