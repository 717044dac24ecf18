import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const reader = visitDashboard(sluice, "reader")

test("the page has each finding of sluice doctor, and the verdict on the queue", async () => {
  const { status, text } = await reader.get("/health")
  expect(status).toBe(200)
  expect(readable(text)).toContain("Healthy")
  for (const finding of await sluice.examine()) expect(text, finding.check).toContain(`row-${finding.check}`)
})

test("what is wrong comes first, with its remedy, as text", async () => {
  await database.pool.query("select sluice.enqueue('nobody')")
  await database.pool.query("update sluice.jobs set name = '<script>alert(1)</script>'")
  const { text } = await reader.get("/health")
  expect(text).not.toContain("<script>alert")
  expect(readable(text)).toContain("1 thing is wrong")
  expect(readable(text)).toMatch(
    /Finding Job names without a drainer Wrong Jobs wait .*Deploy their definitions\./,
  )
})

test("a database that isn't migrated has a page that says so", async () => {
  const elsewhere = visitDashboard(createSluice({ database: database.pool, schema: "elsewhere" }), "reader")
  const { status, text } = await elsewhere.get("/health")
  expect(status).toBe(200)
  expect(readable(text)).toContain("Run sluice migrate")
})
