import { createSluice, type EnqueueOptions } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

const wholePayload = {
  to: "ada",
  list: [1, null, { deep: null }],
  empty: {},
  nothing: null,
  text: "ü€🚰\\u0000",
}

test.each<[EnqueueOptions]>([
  [{}],
  [{ queue: "mail" }],
  [{ priority: -5 }],
  [{ priority: 1_000_000_000 }],
  [{ runAt: "2100-01-02T03:04:05.678Z" }],
  [{ runAt: "2100-01-02T03:04+02:00" }],
  [{ runAt: "2001-01-01T00:00:00Z" }],
  [{ delay: 0 }],
  [{ delay: 90.5 }],
  [{ delay: "1h30m" }],
  [{ delay: "1.5h" }],
  [{ delay: "500ms" }],
  [{ delay: "2d" }],
  [{ maxAttempts: 1_000 }],
  [{ timeout: 0.5 }],
  [{ timeout: "90s" }],
  [{ uniqueKey: "k".repeat(512) }],
  [{ idempotencyKey: "order-1" }],
  [{ concurrencyKey: "shop-1" }],
  [{ concurrencyKey: "shop-1", concurrencyLimit: 7 }],
  [{ concurrencyLimit: 7 }],
  [{ tags: ["a", "ü", 'with "quotes", {braces} and \\'] }],
  [{ tags: [] }],
  [{ metadata: { trace: "1", nothing: null, deep: { nothing: null } } }],
  [{ metadata: {} }],
])("options %j store the same job from SQL as from the API", async (options) => {
  const fromApi = await sluice.enqueue("same", wholePayload, options)
  const apiRow = await rowOf(fromApi.id)
  await database.pool.query("delete from sluice.jobs; delete from sluice.idempotency_keys")

  const fromSql = await enqueue(database.pool, "same", wholePayload, options)
  expect(await rowOf(fromSql)).toEqual(apiRow)
  expect(apiRow.payload).toEqual(wholePayload)
  await database.pool.query("delete from sluice.jobs; delete from sluice.idempotency_keys")
})

test("payload and options may be left out or be SQL's null", async () => {
  const [{ id }] = await database.rows("select sluice.enqueue('bare')::text as id")
  const [{ id: nulls }] = await database.rows("select sluice.enqueue('bare', null, null)::text as id")
  expect(await rowOf(id)).toMatchObject({
    payload: {},
    state: "ready",
    queue: "default",
    metadata: null,
    tags: [],
  })
  expect(await rowOf(nulls)).toEqual(await rowOf(id))
})

test("a unique and an idempotency key answer with the job that is there", async () => {
  const unique = await enqueue(database.pool, "keyed", {}, { uniqueKey: "a" })
  expect(await enqueue(database.pool, "keyed", {}, { uniqueKey: "a" })).toBe(unique)
  const idempotent = await enqueue(database.pool, "keyed", {}, { idempotencyKey: "b" })
  expect(await enqueue(database.pool, "keyed", {}, { idempotencyKey: "b" })).toBe(idempotent)
  expect((await sluice.enqueue("keyed", {}, { uniqueKey: "a" })).id).toBe(unique)
  expect((await sluice.enqueue("keyed", {}, { idempotencyKey: "b" })).id).toBe(idempotent)
})

test("from a trigger, for each row that is written, the job is part of the writer's transaction", async () => {
  await database.pool.query(`
    create table users (name text);
    create function greet() returns trigger language plpgsql as $$
    begin
      perform sluice.enqueue('greet', jsonb_build_object('to', new.name), '{"queue": "mail"}');
      return new;
    end $$;
    create trigger greet after insert on users for each row execute function greet()`)

  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query("begin; insert into users values ('ada'); rollback")
  await client.query("insert into users values ('grace'), ('barbara')")
  await client.end()
  expect(
    await database.rows("select payload, queue from sluice.jobs where name = 'greet' order by id"),
  ).toEqual([
    { payload: { to: "grace" }, queue: "mail" },
    { payload: { to: "barbara" }, queue: "mail" },
  ])
})

async function enqueue(client: pg.Pool, name: string, payload: unknown, options: object): Promise<string> {
  const values = [name, JSON.stringify(payload), JSON.stringify(options)]
  return (await client.query("select sluice.enqueue($1, $2, $3)::text as id", values)).rows[0].id
}

/** All that is stored of a job but its id and the moment, in which no two are alike. */
async function rowOf(id: string) {
  const [row] = await database.rows(
    `select to_jsonb(j) - '{id, enqueued_at, run_at}'::text[] || jsonb_build_object('tags', coalesce(tags, '{}'))
       || jsonb_build_object('due', case when run_at - enqueued_at > '90 days' or run_at < '2020-01-01'
            then extract(epoch from run_at) else extract(epoch from run_at - enqueued_at) end) as row
     from sluice.jobs j where id = $1`,
    [id],
  )
  return row?.row
}
