import type pg from "pg"
import { codeOf } from "../database/translate-error.ts"
import { SluiceError } from "../errors.ts"

/** What a database contained at one moment: the rows of all tables, the app's own too, and the places of all sequences. */
export interface Snapshot {
  restore(): Promise<void>
  drop(): Promise<void>
}

const SCHEMA = "sluice_snapshot"

interface Table {
  /** Quoted, as are the columns. */
  readonly name: string
  readonly columns: string
  /** `only` for a table that others inherit from. */
  readonly only: string
}

/**
 * Copies all rows, and copies them back at each restore: so connections stay open, and the address stays the same. For that the role
 * must be a superuser, because foreign keys and triggers are off meanwhile.
 */
export async function takeSnapshot(pool: pg.Pool): Promise<Snapshot> {
  const tables: Table[] = (await pool.query(TABLES)).rows
  const sequences: { move: string }[] = (await pool.query(SEQUENCES)).rows
  const copies = tables.map(
    ({ name, columns, only }, place) =>
      `create unlogged table ${SCHEMA}.t${place} as select ${columns} from ${only} ${name}`,
  )
  await run(pool, [`drop schema if exists ${SCHEMA} cascade`, `create schema ${SCHEMA}`, ...copies])
  const restore = [
    "set local session_replication_role to replica",
    ...tables.map(({ name, only }) => `delete from ${only} ${name}`),
    ...tables.map(
      ({ name, columns }, place) =>
        `insert into ${name} (${columns}) overriding system value select ${columns} from ${SCHEMA}.t${place}`,
    ),
    ...sequences.map(({ move }) => move),
  ]
  return {
    restore: () => run(pool, restore),
    drop: () => run(pool, [`drop schema ${SCHEMA} cascade`]),
  }
}

/** Several statements that are sent together are one transaction. */
async function run(pool: pg.Pool, statements: readonly string[]): Promise<void> {
  try {
    await pool.query(statements.join(";\n"))
  } catch (error) {
    if (codeOf(error) !== "42501") throw error
    const message = `The database can't be restored between two runs: ${(error as Error).message}. Connect as a superuser`
    throw new SluiceError("not_permitted", message, { cause: error })
  }
}

const OF_THE_APP = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '${SCHEMA}') and c.relpersistence <> 't'`

/** A partition is copied with its table. */
const TABLES = `
  select format('%I.%I', n.nspname, c.relname) as name, case c.relkind when 'r' then 'only' else '' end as only,
    string_agg(format('%I', a.attname), ', ' order by a.attnum) as columns
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relkind in ('r', 'p') and not c.relispartition and ${OF_THE_APP}
  group by n.nspname, c.relname, c.relkind
  order by 1`

const SEQUENCES = `
  select format('select pg_catalog.setval(%L, %s, %L)', format('%I.%I', s.schemaname, s.sequencename),
    coalesce(s.last_value, s.start_value), s.last_value is not null) as move
  from pg_catalog.pg_sequences s
  where s.schemaname !~ '^pg_'`
