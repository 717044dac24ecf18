import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"

test("doctor names jobs whose timeout fits into no drain, and waiting jobs that no drainer knows", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "export", timeout: "20m", perform() {} }),
    defineJob({ name: "mail", timeout: "100ms", perform() {} }),
  ])
  await drainOnce({ remainingMs: countdown(3_000) })
  expect(await doctor(database.url)).not.toContain("jobs wait")

  await database.pool.query("select sluice.enqueue('nobody')")
  await sluice.enqueue("mail", {})
  const output = await doctor(database.url)
  expect(output).toMatch(/WRONG drains have \d s, too short for the timeouts of export \(20 minutes\)\./)
  expect(output).toMatch(
    /WRONG jobs wait that no drainer of the last day can perform: nobody \(1 since [^)]*\)\./,
  )
})

test("doctor names jobs that are set aside because no drainer knows them", async () => {
  const database = await createDatabase()
  await database.pool.query("select sluice.enqueue('nobody')")
  await database.pool.query("update sluice.jobs set state = 'unknown'")
  expect(await doctor(database.url)).toMatch(/WRONG jobs wait .*: nobody \(1 since /)
})

test("a hostile name in the database makes no line of its own, and doesn't steer the terminal", async () => {
  const database = await createDatabase()
  await database.pool.query("select sluice.enqueue('nobody')")
  await database.pool.query("update sluice.jobs set name = $1", ["a\nok    all is well\u001b[2J"])
  const output = await doctor(database.url)
  expect(output).toMatch(/^WRONG jobs wait .*: a\\nok {4}all is well\\u001b\[2J \(1 since /m)
  expect(output).not.toMatch(/^ok {4}all is well|\p{Cc}\[/mu)
})

async function doctor(url: string): Promise<string> {
  const { output } = await runSluice("doctor", "--database-url", url)
  return output
}
