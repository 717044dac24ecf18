import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

test("doctor reports which maintenance steps keep failing, with their errors", async () => {
  await database.pool.query("alter table sluice.idempotency_keys rename to moved")
  const fail = () => database.pool.query("select sluice.run_maintenance('forget idempotency keys')")
  await fail()
  await fail()
  expect(await doctor()).toContain("ok    no step of the maintenance fails")
  await fail()
  expect(await doctor()).toMatch(
    /WRONG steps of the maintenance fail: forget idempotency keys \(failures: 3, last at .*: relation "idempotency_keys" does not exist \(42P01\)\)/,
  )
})

async function doctor(): Promise<string> {
  const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
  const parameters = [main, "doctor", "--database-url", database.url]
  const { stdout } = await promisify(execFile)(process.execPath, parameters).catch((failed) => failed)
  return stdout
}
