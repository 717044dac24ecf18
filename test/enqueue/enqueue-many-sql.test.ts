import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { type Case, cases } from "./cases.ts"

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

test("what sluice.enqueue refuses is refused with the place of the job and the same words", async () => {
  const client = await database.connect()
  await client.query("begin")
  await client.query(`
    create function pg_temp.outcome(statement text, name text, payload text, options text) returns text language plpgsql as $$
    begin
      execute statement using name, payload, options;
      return 'stored';
    exception when others then
      return sqlerrm;
    end $$`)
  const column = (of: (each: Case) => string) => cases.map(of)
  const { rows } = await client.query(
    `select pg_temp.outcome('select sluice.enqueue($1, $2::jsonb, $3::jsonb)', name, payload, options) as alone,
       pg_temp.outcome('select sluice.enqueue_many(jsonb_build_array(jsonb_build_object(''name'', ''fine''),
         jsonb_build_object(''name'', $1, ''payload'', $2::jsonb, ''options'', $3::jsonb)))', name, payload, options) as in_list
     from unnest($1::text[], $2::text[], $3::text[]) with ordinality as t (name, payload, options, place) order by place`,
    [
      column(({ name = "any" }) => name),
      column(({ payload = "{}" }) => payload),
      column(({ options = "{}" }) => options),
    ],
  )
  await client.query("rollback")
  await client.end()

  // text that jsonb has no place for fails before our functions are called
  const isOurs = (alone: string) => /^(Job name|payload|options)\b/.test(alone)
  expect(rows.map(({ in_list }) => in_list)).toEqual(
    rows.map(({ alone }) => (isOurs(alone) ? `jobs[1]: ${alone}` : alone)),
  )
  expect(rows.filter(({ alone }) => isOurs(alone)).length).toBeGreaterThan(200)
})

test("an aggregate over no rows stores nothing", async () => {
  const none = "select jsonb_agg(jsonb_build_object('name', 'any')) from sluice.jobs where false"
  expect(await database.rows(`select sluice.enqueue_many((${none}))`)).toEqual([])
})

test.each([
  ['"any"', 'jobs is "any": give a JSON list of jobs'],
  ['{"name": "any"}', "jobs is {"],
  ['[{"name": "any"}, 5]', "jobs[1] is 5: give an object with name, payload and options"],
  ['[{"nam": "any"}]', "jobs[0].nam is unknown: give name, payload and options"],
  ['[{"name": 5}]', "jobs[0]: name is 5: give text"],
  ['[{"payload": {}}]', "jobs[0]: Job name NULL: use 1 to 128 letters"],
  ['[{"name": "any", "payload": null}]', "jobs[0]: payload is null"],
  ['[{"name": "any", "options": null}]', "jobs[0]: options is null: give a JSON object"],
])("the list %s is refused", async (jobs, says) => {
  await expect(enqueueMany(JSON.parse(jobs))).rejects.toMatchObject({
    code: "SL000",
    message: expect.stringContaining(says),
  })
  expect(await database.rows("select from sluice.jobs")).toEqual([])
})

async function enqueueMany(jobs: unknown): Promise<string[]> {
  const rows = await database.rows("select id::text from sluice.enqueue_many($1::jsonb) id", [
    JSON.stringify(jobs),
  ])
  return rows.map(({ id }) => id)
}
