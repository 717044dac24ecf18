import { defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// a trigger of the app stands for whatever makes a row fail
const database = await createDatabase()
await database.pool.query(`
  create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'not this one'; end $$;
  create function refuse_with_code() returns trigger language plpgsql as
    $$ begin raise exception 'not this one either' using errcode = substr(old.name, 6); end $$;
  create trigger no_coded_jobs before delete on sluice.jobs for each row when (old.name like 'code:%') execute function refuse_with_code();
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

test("an outcome that can't be written is reported, and neither affects others nor ends the drain", async () => {
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

test.each(["22P05", "23505", "54000", "P0001", "XX001"])(
  "an outcome that Postgres refuses with %s, an error of the row, doesn't affect the others",
  async (code) => {
    const { sluice, drainOnce } = drainable(database, [job("good", () => {}), job(`code:${code}`, () => {})])
    await sluice.enqueueMany([{ name: `code:${code}` }, { name: "good" }])
    expect(await drainOnce({ log })).toMatchObject({ claimed: 2, succeeded: 1, lost: 1 })
  },
)

test.each(["42501", "42P01", "0A000"])(
  "an outcome that Postgres refuses with %s, an error of the code, the schema or the role, ends the drain",
  async (code) => {
    const { sluice, drainOnce } = drainable(database, [job(`code:${code}`, () => {})])
    await sluice.enqueue(`code:${code}`, {})
    const failure = await drainOnce({ log }).catch((error) => error)
    expect([failure.code, failure.cause?.code]).toContain(code)
  },
)

test("an error whose text can't be written is recorded without it", async () => {
  const { id } = await sluice.enqueue("words", {})
  expect(await drainOnce({ log })).toMatchObject({ retried: 1, lost: 0 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "scheduled",
    attempts: 1,
    errors: [{ class: "Error", message: "(the error text can't be stored)" }],
  })
})
