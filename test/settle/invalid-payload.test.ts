import { createSluice, defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const performed: unknown[] = []
/** The schema of the deployment. */
let input = z.object({ n: z.number() })
const failing = { now: false }
const deployed = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => validate(value) },
}
const perform = (payload: unknown) => {
  performed.push(payload)
  if (failing.now) throw new Error("not yet")
}
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "strict", input: deployed as never, perform }),
  defineJob({ name: "patient", input: deployed as never, onInvalidPayload: "wait", perform }),
])

beforeEach(async () => {
  performed.length = 0
  failing.now = false
  input = z.object({ n: z.number() })
  await database.pool.query("delete from sluice.jobs")
})

test("a payload that doesn't fit the schema any more discards the job, with code invalid_payload", async () => {
  const id = await enqueueUnfit("strict")
  expect(await drainOnce()).toMatchObject({ discarded: 1, retried: 0 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "discarded",
    errors: [{ outcome: "discarded", class: "InvalidPayloadError", code: "invalid_payload" }],
  })
  expect(performed).toEqual([])
})

test("or it waits for a deployment whose schema it fits, and no attempt is charged", async () => {
  const id = await enqueueUnfit("patient")
  expect(await drainOnce()).toMatchObject({ snoozed: 1, discarded: 0 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "scheduled",
    attempts: 0,
    errors: [{ attempt: 1, outcome: "snoozed", class: "InvalidPayloadError", code: "invalid_payload" }],
  })

  input = z.object({ n: z.string() }) as never
  await makeDue()
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1, errorCount: 1 })
  expect(performed).toEqual([{ n: "one" }])
})

test("a payload that an update has replaced is looked at, and recorded, as if for the first time", async () => {
  const id = await enqueueUnfit("patient")
  await drainOnce()
  await makeDue()
  await drainOnce()
  const byName = createSluice({ database: database.pool })
  await byName.updateJob(id, { payload: { n: "another" }, delay: 0 })
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled", attempts: 0, errorCount: 2 })
  expect(await database.rows("select rule_failures from sluice.jobs where id = $1", [id])).toEqual([
    { rule_failures: { onInvalidPayload: 1 } },
  ])
})

test("it is looked at after a minute and then less and less often, at last every hour, and recorded once", async () => {
  const id = await enqueueUnfit("patient")
  const waitsS: number[] = []
  for (let look = 0; look < 9; look++) {
    await makeDue()
    expect(await drainOnce()).toMatchObject({ snoozed: 1 })
    const [row] = await database.rows(
      "select extract(epoch from run_at - now())::float8 as s from sluice.jobs",
    )
    waitsS.push(row.s)
  }
  const expected = [1, 2, 4, 8, 16, 32, 60, 60, 60].map((minutes) => minutes * 60)
  for (const [look, waitS] of waitsS.entries()) {
    expect(waitS).toBeGreaterThan((expected[look] as number) * 0.75 - 5)
    expect(waitS).toBeLessThan((expected[look] as number) * 1.25 + 1)
  }
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errorCount: 1 })
})

test("the looks at its payload are not counted among the failures of the job, whose waits begin as usual", async () => {
  const id = await enqueueUnfit("patient", { maxAttempts: 4 })
  for (let look = 0; look < 3; look++) {
    await makeDue()
    await drainOnce()
  }
  input = z.object({ n: z.string() }) as never
  failing.now = true
  for (const usualS of [1, 16, 81]) {
    await makeDue()
    expect(await drainOnce()).toMatchObject({ retried: 1 })
    const [row] = await database.rows(
      "select extract(epoch from run_at - now())::float8 as s from sluice.jobs",
    )
    expect(row.s).toBeGreaterThan(usualS * 0.75 - 1)
    expect(row.s).toBeLessThan(usualS * 1.25 + 1)
  }
  await makeDue()
  expect(await drainOnce()).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "discarded", attempts: 4 })
})

function validate(value: unknown) {
  return input["~standard"].validate(value)
}

/** By SQL, which doesn't know the schema. */
async function enqueueUnfit(name: string, options: object = {}): Promise<string> {
  const [row] = await database.rows('select sluice.enqueue($1, \'{"n": "one"}\', $2)::text as id', [
    name,
    JSON.stringify(options),
  ])
  return row.id
}

async function makeDue(): Promise<void> {
  await database.pool.query("update sluice.jobs set run_at = now()")
}
