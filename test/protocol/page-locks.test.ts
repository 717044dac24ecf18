import { expect, test } from "vitest"
import { filesOf, read } from "../support/sources.ts"
import { LOCKS } from "./page.ts"
import { FUNCTIONS } from "./sql.ts"

const TAKES = /\bpg_(?:try_)?advisory_(xact_)?lock(_shared)?\(([\w.]+(?:\('[\w-]+'\))?)/g
const RELEASES = /\bpg_advisory_unlock(?:_shared)?\(([\w.]+(?:\('[\w-]+'\))?)/g

test("the table of locks has every lock that an SQL function takes, and how it is held", () => {
  const taken = [...FUNCTIONS].flatMap(([name, sql]) =>
    [...sql.matchAll(TAKES)].map(
      ([, transaction, shared, key]) =>
        `${name}: ${kindOf(key)}, ${transaction ? "transaction" : "session"}, ${shared ? "shared" : "exclusive"}`,
    ),
  )
  const listed = LOCKS.flatMap(({ kind, mode, takenBy }) =>
    takenBy.map((name) => `${name}: ${kind}, ${mode}`),
  )
  expect(listed.toSorted()).toEqual([...new Set(taken)].toSorted())
})

test("it has every function that releases a session's lock, and a transaction's lock is released by none", () => {
  const released = [...FUNCTIONS].flatMap(([name, sql]) =>
    [...sql.matchAll(RELEASES)].map(([, key]) => `${name}: ${kindOf(key)}`),
  )
  const listed = LOCKS.flatMap(({ kind, releasedBy }) => releasedBy.map((name) => `${name}: ${kind}`))
  expect(listed.toSorted()).toEqual([...new Set(released)].toSorted())
  for (const { mode, releasedBy } of LOCKS) if (mode.startsWith("transaction")) expect(releasedBy).toEqual([])
})

test("TypeScript takes only the lock of a migration", () => {
  const takers = filesOf("packages", ".ts")
    .filter((path) => /^packages\/(?!bench)\w+\/src\//.test(path))
    .filter((path) => !path.startsWith("packages/core/src/testing/")) // its lock is in another database than jobs
    .filter((path) => /lock_space\(|advisory_\w*lock/.test(read(path)))
  expect(takers).toEqual(["packages/core/src/migrate/migrate.ts"])
})

/** A key that is computed is a job's. */
function kindOf(key: string | undefined): string {
  return /lock_space\('(.+)'\)/.exec(key ?? "")?.[1] ?? "job"
}
