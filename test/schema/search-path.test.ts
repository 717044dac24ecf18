import { createSluice, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { beforeAll, expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase("template0")
let first: string
const jobs = [
  defineJob({ name: "plain", perform() {} }),
  defineJob({ name: "fails", maxAttempts: 1, perform: () => Promise.reject(new Error("no")) }),
  defineJob({ name: "transactional", transactional: true, perform: () => ({ done: true }) }),
  defineJob({ name: "steps", perform: async (_payload, context) => context.step("one", () => 1) }),
]
const sluice = createSluice({ database: database.pool, jobs: jobs as never, wake: async () => {} })

/** A connection whose own path is as Postgres makes it. */
async function sane<Value>(work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: database.url, options: "-c search_path=public" })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Somebody who may create in a schema of everybody's path: for each function, operator and type of Postgres one of the
 * same name and arguments, before them in the path. Each fails when it is called.
 */
const TROJANS = `
  create schema evil;
  create function evil.trojan() returns boolean language plpgsql as 'begin raise exception ''trojan type''; end';
  do $do$
  declare it record; n integer := 0;
  begin
    for it in
      select p.proname as name, pg_get_function_identity_arguments(p.oid) as args, format_type(p.prorettype, null) as result,
             p.proretset as is_set
      from pg_proc p
      where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'a') and p.provariadic = 0
        and not exists (select from unnest(p.proargtypes) a join pg_type t on t.oid = a where t.typtype = 'p')
        and not exists (select from pg_type t where t.oid = p.prorettype and t.typtype = 'p')
        and coalesce(p.proargmodes, '{}') <@ '{i}'
    loop
      begin
        execute format('create function evil.%I(%s) returns %s%s language plpgsql as %L', it.name,
          it.args, case when it.is_set then 'setof ' else '' end, it.result, format('begin raise exception %L; end', 'trojan ' || it.name));
      exception when others then null;
      end;
    end loop;
    create function evil.stolen(bigint, bigint) returns bigint language plpgsql as 'begin raise exception ''trojan count''; end';
    create aggregate evil.count(bigint) (sfunc = evil.stolen, stype = bigint);
    for it in
      select o.oprname as name, format_type(o.oprleft, null) as l, format_type(o.oprright, null) as r, format_type(o.oprresult, null) as result,
             o.oprleft = 0 as is_prefix
      from pg_operator o where o.oprnamespace = 'pg_catalog'::regnamespace
        and not exists (select from pg_type t where t.oid in (o.oprleft, o.oprright, o.oprresult) and t.typtype = 'p')
    loop
      n := n + 1;
      begin
        execute format('create function evil.trojan_%s(%s) returns %s language plpgsql as %L', n,
          case when it.is_prefix then it.r else it.l || ', ' || it.r end, it.result,
          format('begin raise exception %L; end', format('trojan operator %s (%s, %s)', it.name, it.l, it.r)));
        execute format('create operator evil.%s (function = evil.trojan_%s, rightarg = %s%s)', it.name, n, it.r,
          case when it.is_prefix then '' else ', leftarg = ' || it.l end);
      exception when others then null;
      end;
    end loop;
    for it in select unnest(array['text', 'jsonb', 'json', 'timestamptz', 'int8', 'int4', 'bool', 'regclass', 'date']) as name loop
      execute format('create domain evil.%I as pg_catalog.%1$I check (evil.trojan())', it.name);
    end loop;
  end
  $do$;`

beforeAll(async () => {
  await sane(async (client) => {
    await client.query(TROJANS)
    await client.query(`alter database ${database.name} set search_path to evil, public, pg_catalog`)
  })
})

test("the trojans of this test are called by a statement with bare names", async () => {
  await expect(database.pool.query("select 1 + 1")).rejects.toThrow("trojan operator +")
  await expect(database.pool.query("select 'a'::text")).rejects.toThrow("trojan type")
  await expect(database.pool.query("select now()")).rejects.toThrow("trojan now")
  await expect(database.pool.query("select to_regclass('a')")).rejects.toThrow("trojan to_regclass")
})

test("whatever stands in the path, migrating and enqueueing call what is Postgres' own or Sluice's", async () => {
  await migrate(database.url, { owner: "app/test" })
  await migrate(database.pool, { owner: "app/test" })
  first = (await sluice.enqueue("plain", {}, { uniqueKey: "u", idempotencyKey: "i", tags: ["t"] })).id
  await sluice.enqueueMany([
    { name: "plain", options: { concurrencyKey: "k" } },
    { name: "plain", options: { concurrencyKey: "k", delay: "1h" } },
    { name: "fails" },
    { name: "transactional" },
    { name: "steps" },
  ])
  await sane((client) =>
    client.query(
      `select set_config('search_path', 'evil, pg_catalog', false), sluice.enqueue('plain', '{}', '{"delay": "1h30m"}')`,
    ),
  )
})

test("so do reading, pausing and resuming", async () => {
  await sluice.pauseQueue("default")
  await sluice.resumeQueue("default")
  expect(await sluice.listQueues()).toMatchObject([{ name: "default", paused: false, scheduled: 2 }])
  expect(await sluice.getBacklog()).toMatchObject({ ready: expect.any(Number) })
  expect(await sluice.getJob(first)).toMatchObject({ id: first, tags: ["t"], runAt: expect.any(Date) })
})

test("so does a drain", async () => {
  const summary = await drain(sluice, { connect: database.connect })
  expect(summary).toMatchObject({ succeeded: 4, discarded: 1 })
})

test("a temporary table of the same name takes no job", async () => {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query("begin")
  for (const table of ["jobs", "queues", "drainers", "finished", "text", "jsonb"])
    await client.query(`create temp table ${table} (id pg_catalog.int8, name pg_catalog.text)`)
  const { id } = await sluice.enqueue("plain", {}, { transaction: client })
  await client.query("commit")
  await client.end()
  expect(await sluice.getJob(id)).toMatchObject({ id, state: "ready" })
})

test("every SQL function has a path of its own with pg_temp last, or a body that was resolved when it was made", async () => {
  const loose = await sane((client) =>
    client.query(
      `select proname from pg_proc where pronamespace = 'sluice'::regnamespace and prosqlbody is null
       and not exists (select from unnest(proconfig) c where replace(c, '"', '') = 'search_path=sluice, pg_temp')`,
    ),
  )
  expect(loose.rows).toEqual([])
})

test("doctor examines the database with Postgres' own functions", async () => {
  const { code, output } = await runSluice("doctor", "--database-url", database.url, "--max-drainers", "2")
  expect(output).not.toContain("WRONG")
  expect(code).toBe(0)
})
