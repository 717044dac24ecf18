import { defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// an app's own trigger on our tables stands for whatever lets one row fail
const database = await createDatabase()
await database.pool.query(`
  create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'not this one'; end $$;
  create trigger no_bad_jobs before delete on sluice.jobs for each row when (old.name = 'bad') execute function refuse();
  create trigger no_bad_words before insert on sluice.failures for each row when (new.error_message like 'bad%') execute function refuse();
`)
const job = (name: string, perform: () => unknown) => defineJob({ name, maxAttempts: 2, perform })
const { sluice, drainOnce } = drainable(database, [
  job("good", () => {}),
  job("result", () => "fine"),
  job("bad", () => {}),
  job("words", () => {
    throw new Error("bad words")
  }),
])
const lines: [message: string, details: Record<string, unknown> | undefined][] = []
const log = {
  debug() {},
  info() {},
  warn() {},
  error: (message: string, details?: Record<string, unknown>) => void lines.push([message, details]),
}
beforeEach(async () => {
  await database.pool.query("truncate sluice.jobs")
  lines.length = 0
})

test("one outcome that can't be written is reported, hinders no other, and ends no drain", async () => {
  const jobs = Array.from({ length: 30 }, (_, at) => ({
    name: at === 11 ? "bad" : at % 2 ? "result" : "good",
  }))
  const { id } = (await sluice.enqueueMany(jobs))[11] as { id: string }
  expect(await drainOnce({ concurrency: 100, log })).toMatchObject({ claimed: 30, succeeded: 29, lost: 1 })
  expect(lines).toEqual([
    [
      "An outcome could not be written: the job will run again",
      expect.objectContaining({ jobId: id, name: "bad" }),
    ],
  ])
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready", attempts: 0 })
})

test("an error whose text can't be written is recorded without it", async () => {
  const { id } = await sluice.enqueue("words", {})
  expect(await drainOnce({ log })).toMatchObject({ retried: 1, lost: 0 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "scheduled",
    attempts: 1,
    errors: [{ class: "Error", message: "(an error whose text can't be stored)" }],
  })
})
