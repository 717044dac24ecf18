import { defineJob, type JobContext, SessionLostError } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
await database.pool.query("create table effects (note text)")
afterEach(() => database.pool.query("delete from sluice.jobs"))

let work: (context: JobContext) => Promise<unknown>
let executions = 0
const perform = async (_payload: unknown, context: JobContext) => {
  if (++executions > 20) throw new Error("It is performed again and again")
  await work(context)
}
const policies = { backoff: { base: "1h" }, maxAttempts: 5 } as const
const booked = defineJob({ name: "booked", transactional: true, ...policies, perform })
const plain = defineJob({ name: "plain", ...policies, perform })
const { sluice, drainOnce } = drainable(database, [booked, plain])

test.each<[string, string, (context: JobContext) => Promise<unknown>]>([
  [
    "hides its row from its transaction's completion",
    "booked",
    ({ id, transaction }) =>
      transaction.query(`create temp table jobs (like sluice.jobs);
        create or replace function pg_temp.hide() returns trigger language plpgsql as 'begin return null; end';
        create trigger hide before delete on sluice.jobs for each row when (old.id = ${id}) execute function pg_temp.hide()`),
  ],
  [
    "throws the error of a lost session",
    "plain",
    () => Promise.reject(new SessionLostError("session_lost", "no")),
  ],
])(
  "a job that %s though it is still this drainer's has failed, and is retried later",
  async (_what, name, does) => {
    executions = 0
    work = does
    const { id } = await sluice.enqueue(name, {})
    expect(await drainOnce()).toMatchObject({ claimed: 1, retried: 1, lost: 0 })
    expect(executions).toBe(1)
    expect(await sluice.getJob(id)).toMatchObject({
      state: "scheduled",
      attempts: 1,
      errors: [{ outcome: "retried" }],
    })
  },
)
