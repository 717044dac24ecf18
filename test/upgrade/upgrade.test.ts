import { execFile } from "node:child_process"
import { readdir, readFile } from "node:fs/promises"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { migrate } from "@sluice/core/migrate"
import { beforeAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

// test/upgrade/last-state has the migrations and a bundled drainer of the last release, see snapshot.ts.

const LAST_STATE = new URL("last-state/", import.meta.url)
const LAST_MIGRATIONS = fileURLToPath(new URL("migrations", LAST_STATE))

const fresh = await createDatabase()
const upgraded = await createDatabase("template0")
let lastFunctions: string[]

beforeAll(async () => {
  await migrate(upgraded.url, { directory: LAST_MIGRATIONS })
  lastFunctions = await protocolSignatures()
  await migrate(upgraded.url)
})

test("a schema of the last release that is migrated is the same as a new one", async () => {
  expect(await schemaOf(upgraded)).toEqual(await schemaOf(fresh))
})

test("functions that the last release calls keep their signatures", async () => {
  expect(lastFunctions.length).toBeGreaterThan(20)
  expect(await protocolSignatures()).toEqual(expect.arrayContaining(lastFunctions))
})

test("a drainer of the last release enqueues and performs on the migrated schema", async () => {
  const drainer = fileURLToPath(new URL("drainer.mjs", LAST_STATE))
  const env = { ...process.env, DATABASE_URL: upgraded.url }
  const { stdout } = await promisify(execFile)(process.execPath, [drainer], { env })
  expect(JSON.parse(stdout)).toEqual({
    states: {
      "plain succeeded": 102,
      "result succeeded": 1,
      "limited succeeded": 1,
      "transactional succeeded": 1,
      "stepped succeeded": 1,
      "failing discarded": 1,
    },
    deduplicated: true,
    queues: 0,
    backlog: { ready: 0, oldestReadyAgeMs: 0 },
    lost: 0,
  })
})

/** Of the functions in last-state's `functions/protocol` whose names its drainer contains: name, parameters and result. */
async function protocolSignatures(): Promise<string[]> {
  const called = await readFile(new URL("drainer.mjs", LAST_STATE), "utf8")
  const files = await readdir(new URL("migrations/functions/protocol", LAST_STATE))
  const names = files.map((file) => basename(file, ".sql")).filter((name) => called.includes(name))
  const rows = await upgraded.rows(
    `select p.proname || '(' || pg_get_function_arguments(p.oid) || ') returns ' || pg_get_function_result(p.oid) as signature
     from pg_proc p where p.pronamespace = 'sluice'::regnamespace and p.proname = any ($1)`,
    [names],
  )
  return rows.map(({ signature }) => signature)
}

/** Everything in the schema, described by the catalog, but for the partitions of days. */
async function schemaOf({ rows }: { rows: typeof fresh.rows }): Promise<string[]> {
  const described = await rows(`
    with relations as (
      select c.* from pg_class c where c.relnamespace = 'sluice'::regnamespace and c.relname !~ '_\\d{4}_?\\d{2}_?\\d{2}'
    )
    select format('relation %s %s %s', c.relname, c.relkind, c.reloptions) as line from relations c
    union all
    select format('column %s.%s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  a.attnum, pg_get_expr(d.adbin, d.adrelid))
    from relations c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped
    union all
    select format('constraint %s %s', k.conname, pg_get_constraintdef(k.oid)) from relations c join pg_constraint k on k.conrelid = c.oid
    union all
    select 'index ' || pg_get_indexdef(i.indexrelid) from relations c join pg_index i on i.indexrelid = c.oid
    union all
    select format('view %s %s', c.relname, pg_get_viewdef(c.oid)) from relations c where c.relkind = 'v'
    union all
    select format('comment %s %s %s', c.relname, d.objsubid, d.description) from relations c join pg_description d on d.objoid = c.oid
    union all
    select 'function ' || pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') from pg_proc p where p.pronamespace = 'sluice'::regnamespace
    union all
    select format('type %s %s', t.typname, t.typtype) from pg_type t
    where t.typnamespace = 'sluice'::regnamespace and t.typname !~ '\\d{4}_?\\d{2}_?\\d{2}'
    union all
    select format('sequence %s %s %s', s.sequencename, s.max_value, s.cycle) from pg_sequences s where s.schemaname = 'sluice'
    union all
    select 'migration ' || m.name from sluice.migrations m
    order by line`)
  return described.map(({ line }) => line)
}
