import { createSluice, defineJob, drain, SCHEMA_VERSION, SchemaError } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const empty = await createDatabase("template0")
const migrated = await createDatabase()
const job = defineJob({ name: "any", perform() {} })

test("in a database without Sluice's schema every call says to run migrate", async () => {
  const sluice = createSluice({ database: empty.pool, jobs: [job] })
  await expect(sluice.enqueue(job, {})).rejects.toBeInstanceOf(SchemaError)
  for (const call of [
    () => sluice.enqueueMany([{ name: "any" }]),
    () => sluice.getJob("1"),
    () => sluice.listQueues(),
    () => sluice.pauseQueue("mail"),
    () => drain(sluice, { connect: empty.connect }),
  ]) {
    await expect(call()).rejects.toMatchObject({
      name: "SchemaError",
      code: "schema_missing",
      message: expect.stringContaining("run migrate"),
    })
  }
})

test("a schema of another name is missing too", async () => {
  const sluice = createSluice({ database: migrated.pool, schema: "elsewhere" })
  await expect(sluice.enqueue("any", {})).rejects.toMatchObject({ code: "schema_missing" })
})

test("a schema whose version is older than the code is refused with both versions, and nothing is stored", async () => {
  const sluice = createSluice({ database: migrated.pool, jobs: [job] })
  const older = SCHEMA_VERSION - 1
  await setVersion(older)
  for (const call of [
    () => sluice.enqueue(job, {}),
    () => sluice.enqueueMany([{ name: "any" }, { name: "any" }]),
    () => drain(sluice, { connect: migrated.connect }),
  ]) {
    await expect(call()).rejects.toMatchObject({
      name: "SchemaError",
      code: "schema_outdated",
      message: expect.stringMatching(new RegExp(`version ${older}.*needs ${SCHEMA_VERSION}.*run migrate`)),
    })
  }
  expect(await migrated.rows("select * from sluice.jobs")).toEqual([])
})

test("a schema that is newer than the code serves it: migrating comes before deploying", async () => {
  await setVersion(SCHEMA_VERSION + 1)
  const sluice = createSluice({ database: migrated.pool, jobs: [job] })
  expect(await sluice.enqueue(job, {})).toMatchObject({ status: "enqueued" })
  expect(await drain(sluice, { connect: migrated.connect })).toMatchObject({ succeeded: 1 })
})

test("a schema so old that a function is missing is outdated as well", async () => {
  await migrated.pool.query("alter function sluice.store_job rename to store_job_of_old")
  const sluice = createSluice({ database: migrated.pool })
  await expect(sluice.enqueue("any", {})).rejects.toMatchObject({
    name: "SchemaError",
    code: "schema_outdated",
    message: expect.stringContaining("run migrate"),
  })
})

async function setVersion(version: number): Promise<void> {
  await migrated.pool.query(
    `create or replace function sluice.schema_version() returns integer language sql immutable as 'select ${version}'`,
  )
}
