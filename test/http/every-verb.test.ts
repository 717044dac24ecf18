import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"

/** A request that enqueues wakes drainers; sessions of the dashboard, and tokens, ask for a principal. */
const OTHERWISE = ["wake", "getPrincipal"]

test("whatever a Sluice can do, and so the dashboard, a route of the API does", () => {
  const text = ["api", "watch"].map(textOf).join("\n")
  const sluice = createSluice({ database: { query: () => Promise.reject(new Error("nothing is queried")) } })
  const verbs = Object.entries(sluice).flatMap(([name, member]) =>
    typeof member === "function" ? [name] : [],
  )
  const others = verbs.filter((verb) => !OTHERWISE.includes(verb))
  const missing = others.filter((verb) => !new RegExp(`\\bsluice\\s*\\.${verb}\\b`).test(text))
  expect(verbs.length).toBeGreaterThan(70)
  expect(missing).toEqual([])
  expect(verbs.length - others.length).toBe(OTHERWISE.length)
})

function textOf(folder: string): string {
  const path = join("packages/http/src", folder)
  return readdirSync(path)
    .map((file) => readFileSync(join(path, file), "utf8"))
    .join("\n")
}
