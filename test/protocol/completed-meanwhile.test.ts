import { createSluice } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

/** A drainer whose job has come to wait for a token, and is about to be put back for a day. */
async function waitingOne(token: string) {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const [claimed] = await first.claim("any")
  const fence = claimed?.fence as number
  await first.connection.query("select sluice.await_token(pg_backend_pid(), $1, $2, $3, 86400000)", [
    id,
    fence,
    token,
  ])
  const putBack = () =>
    first.settle({ id, fence, outcome: "snoozed", wait_ms: 86_400_000, charges_attempt: false })
  return { first, second, id, putBack }
}

/** Until the session waits for a lock, or has not had to. */
async function untilWaiting(pid: number, statement: Promise<unknown>): Promise<void> {
  let isDone = false
  statement.finally(() => (isDone = true)).catch(() => {})
  const waits = "select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'"
  await eventually(async () => expect(isDone || (await database.rows(waits, [pid])).length > 0).toBe(true))
}

const isDue = async (id: string) =>
  (await database.rows("select run_at <= now() as due, state from sluice.jobs where id = $1", [id]))[0]

test("a token that is completed while its job is put back makes it due: the completion waits for the settle, and sees it", async () => {
  const { first, second, id, putBack } = await waitingOne("one")
  await first.connection.query("begin")
  await putBack()
  const completing = second.connection.query("select outcome from sluice.complete_wait('one')")
  await untilWaiting(second.backendPid, completing)
  await first.connection.query("commit")
  expect((await completing).rows).toEqual([{ outcome: "completed" }])
  expect(await isDue(id)).toEqual({ due: true, state: "scheduled" })
})

test("one that is completed first does, too: the settle waits for the completion, and sees it", async () => {
  const { first, second, id, putBack } = await waitingOne("two")
  await second.connection.query("begin")
  expect((await second.connection.query("select outcome from sluice.complete_wait('two')")).rows).toEqual([
    { outcome: "completed" },
  ])
  const puttingBack = putBack()
  await untilWaiting(first.backendPid, puttingBack)
  await second.connection.query("commit")
  await puttingBack
  expect(await isDue(id)).toEqual({ due: true, state: "scheduled" })
})

test("a token that a job opens while it is being completed is unknown, or completed", async () => {
  const { first, second } = await openTwoSessions(database)
  await sluice.enqueue("any", {})
  const [claimed] = await first.claim("any")
  // each statement of the completion that looks for the token waits, with its snapshot, until the job has opened it
  await database.pool.query(`
    create function public.wait_here() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(7, 7); return null; end $$;
    create trigger wait_here before update on sluice.waits for each statement execute function public.wait_here();`)
  onTestFinished(async () => {
    await database.pool.query("drop function public.wait_here cascade")
  })
  await first.connection.query("select pg_advisory_lock(7, 7)")
  const completing = second.connection.query("select outcome from sluice.complete_wait('three')")
  await untilWaiting(second.backendPid, completing)
  const opening = [claimed?.id, claimed?.fence, "three"]
  await first.connection.query("select sluice.open_wait(pg_backend_pid(), $1, $2, $3)", opening)
  await first.connection.query("select pg_advisory_unlock(7, 7)")
  const [{ outcome }] = (await completing).rows
  const [{ state }] = await database.rows("select state from sluice.waits where token = 'three'")
  expect([outcome, state]).toEqual(outcome === "completed" ? ["completed", "completed"] : ["unknown", "open"])
})

test("a completion that may come early is never told that the token is unknown", async () => {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const [claimed] = await first.claim("any")
  const opening = [id, claimed?.fence, "four"]
  await first.connection.query("select sluice.open_wait(pg_backend_pid(), $1, $2, $3)", opening)
  await first.connection.query("begin")
  await first.settle({ id, fence: claimed?.fence as number, outcome: "discarded" })
  const completing = second.connection.query("select outcome from sluice.complete_wait('four', '1', true)")
  await untilWaiting(second.backendPid, completing)
  await first.connection.query("commit")
  expect((await completing).rows).toEqual([{ outcome: "completed" }])
  expect(await database.rows("select state, value from sluice.waits where token = 'four'")).toEqual([
    { state: "completed", value: 1 },
  ])
})
