import { existsSync } from "node:fs"
import { expect, test } from "vitest"
import { ROOT } from "../support/sources.ts"
import { CODE } from "./page.ts"
import { FUNCTIONS, TABLES } from "./sql.ts"

/** Names of the API and of Postgres. */
const OTHERS = ["maxDrainers", "sessionTimeout", "running", "pg_locks", "lock_timeout"]

test("every path on the page exists", () => {
  const paths = CODE.filter((code) => code.includes("/")).map((path) => path.replace(/\/\*.*$/, "/"))
  expect(paths.length).toBeGreaterThan(20)
  expect(paths.filter((path) => !existsSync(ROOT + path))).toEqual([])
})

test("every name on the page is a function, a table, a column or a state of the SQL", () => {
  const names = CODE.filter((code) => !(/[/ ]/.test(code) || OTHERS.includes(code)))
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => !isKnown(name))).toEqual([])
})

function isKnown(code: string): boolean {
  const [, name = code] = /^(?:\w+\.)?(\w+)(?:\(.*\))?$/.exec(code) ?? []
  const isSqlState =
    /^SL\d{3}$/.test(code) && [...FUNCTIONS.values()].some((sql) => sql.includes(`'${code}'`))
  return FUNCTIONS.has(name) || isSqlState || new RegExp(`\\b${name}\\b`).test(TABLES)
}
