import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { cases } from "./cases.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("delete from sluice.jobs"))

test("enqueue_many stores a list of jobs, each with its options, and returns their ids in the order of the list", async () => {
  const ids = await enqueueMany([
    { name: "welcome", payload: { n: 0 } },
    { name: "report", payload: { n: 1 }, options: { queue: "slow", delay: "5m", tags: ["a"] } },
    { name: "welcome" },
    { name: "welcome", payload: [null], options: { metadata: { a: null } } },
  ])
  expect(
    await database.rows(
      "select id::text, name, payload, queue, state, tags, metadata from sluice.jobs order by jobs.id",
    ),
  ).toEqual([
    {
      id: ids[0],
      name: "welcome",
      payload: { n: 0 },
      queue: "default",
      state: "ready",
      tags: null,
      metadata: null,
    },
    {
      id: ids[1],
      name: "report",
      payload: { n: 1 },
      queue: "slow",
      state: "scheduled",
      tags: ["a"],
      metadata: null,
    },
    {
      id: ids[2],
      name: "welcome",
      payload: {},
      queue: "default",
      state: "ready",
      tags: null,
      metadata: null,
    },
    {
      id: ids[3],
      name: "welcome",
      payload: [null],
      queue: "default",
      state: "ready",
      tags: null,
      metadata: { a: null },
    },
  ])
})

test("of jobs with keys it returns those that are there, also of the same list", async () => {
  const [first] = await enqueueMany([{ name: "keyed", options: { uniqueKey: "a" } }])
  const ids = await enqueueMany([
    { name: "keyed", options: { uniqueKey: "b" } },
    { name: "keyed", options: { uniqueKey: "a" } },
    { name: "keyed", options: { idempotencyKey: "c" } },
    { name: "keyed", options: { uniqueKey: "b" } },
    { name: "keyed", options: { idempotencyKey: "c" } },
  ])
  expect(ids).toEqual([ids[0], first, ids[2], ids[0], ids[2]])
  expect(await database.rows("select id::text from sluice.jobs order by jobs.id")).toHaveLength(3)
})

test("an empty list stores nothing", async () => {
  expect(await enqueueMany([])).toEqual([])
})

test("the rows of a query become jobs in one statement", async () => {
  await database.pool.query("create table customers (email text)")
  await database.pool.query("insert into customers values ('ada'), ('grace')")
  await database.pool.query(
    `select sluice.enqueue_many(jsonb_agg(jsonb_build_object('name', 'welcome', 'payload', jsonb_build_object('to', email))))
     from customers`,
  )
  expect(await database.rows("select payload->>'to' as \"to\" from sluice.jobs order by 1")).toEqual([
    { to: "ada" },
    { to: "grace" },
  ])
})

test("what sluice.enqueue refuses is refused with the place of the job and the same words, and nothing is stored", async () => {
  for (const { name = "any", payload = "{}", options = "{}", refused } of cases) {
    const values = [name, payload, options]
    const one = await messageOf("select sluice.enqueue($1, $2::jsonb, $3::jsonb)", values)
    const many = await messageOf(
      `select sluice.enqueue_many(jsonb_build_array('{"name": "fine"}'::jsonb,
         jsonb_build_object('name', $1::text, 'payload', $2::jsonb, 'options', $3::jsonb)))`,
      values,
    )
    expect(one === undefined, options).toBe(refused === undefined)
    if (one === undefined || !one.startsWith("SL000")) expect(many, options).toBe(one)
    else expect(many).toBe(one.replace("SL000 ", "SL000 jobs[1]: "))
    if (refused !== undefined)
      expect(await database.rows("select from sluice.jobs where name = 'fine'")).toEqual([])
    await database.pool.query("delete from sluice.jobs; delete from sluice.idempotency_keys")
  }
})

test.each([
  ["null", "jobs is null: give a JSON list of jobs"],
  ['{"name": "any"}', "jobs is {"],
  ['[{"name": "any"}, 5]', "jobs[1] is 5: give an object with name, payload and options"],
  ['[{"nam": "any"}]', "jobs[0].nam is unknown: give name, payload and options"],
  ['[{"name": 5}]', "jobs[0]: name is 5: give text"],
  ['[{"payload": {}}]', "jobs[0]: Job name NULL: use 1 to 128 letters"],
  ['[{"name": "any", "payload": null}]', "jobs[0]: payload is null"],
  ['[{"name": "any", "options": null}]', "jobs[0]: options is null: give a JSON object"],
])("the list %s is refused", async (jobs, says) => {
  expect(await messageOf("select sluice.enqueue_many($1::jsonb)", [jobs])).toContain(says)
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

async function enqueueMany(jobs: unknown[]): Promise<string[]> {
  const rows = await database.rows("select id::text from sluice.enqueue_many($1::jsonb) id", [
    JSON.stringify(jobs),
  ])
  return rows.map(({ id }) => id)
}

/** Of the error of a statement, with its code. */
async function messageOf(text: string, values: unknown[]): Promise<string | undefined> {
  return database.rows(text, values).then(
    () => undefined,
    (error) => `${error.code} ${error.message}`,
  )
}
