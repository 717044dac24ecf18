import { createHash } from "node:crypto"
import type { ClientBase } from "pg"
import { SCHEMA_VERSION } from "../database/schema.ts"
import { SchemaError } from "../errors.ts"
import type { SqlFile, SqlFiles } from "./sql-files.ts"

/** What a schema lacks of the files. */
export interface FilesPlan {
  /** `newer`: newer code has migrated the schema, which is left as it is. */
  readonly state: "current" | "behind" | "newer"
  /** The numbered files that the schema has. */
  readonly applied: readonly string[]
  /** The numbered files that it lacks, followed by `"functions"` if functions and views are to be replaced. */
  readonly pending: readonly string[]
  /** In order, for one transaction. They leave the schema first in its search_path. */
  readonly steps: readonly Step[]
}

interface Step {
  readonly text: string
  /** A line of progress. */
  readonly log?: string
}

/**
 * Applies the numbered files that the schema doesn't have, then replaces its functions and views unless they are these
 * already. A schema that newer code has migrated is left as it is. Runs in the caller's transaction.
 *
 * @returns The names of the applied files, followed by `"functions"` if functions and views were replaced.
 */
export async function applyFiles(
  client: ClientBase,
  schema: string,
  files: SqlFiles,
  log: (line: string) => void,
): Promise<string[]> {
  const { state, pending, steps } = await planFiles(client, schema, files)
  if (state === "newer")
    log(`The schema "${schema}" is newer than this code: its functions and views stay as they are`)
  for (const step of steps) {
    if (step.log !== undefined) log(step.log)
    await client.query(step.text)
  }
  return [...pending]
}

/** Reads what `applyFiles` would do. */
export async function planFiles(client: ClientBase, schema: string, files: SqlFiles): Promise<FilesPlan> {
  const applied = await appliedNames(client, schema)
  const digest = digestOf(files)
  const pending = pendingFiles(schema, files.migrations, applied ?? [])
  const nothing = { applied: applied ?? [], pending: [], steps: [] }
  if (pending.length === 0 && (await appliedDigest(client, schema)) === digest)
    return { state: "current", ...nothing }
  if (await isNewer(client, schema, files, applied ?? [])) return { state: "newer", ...nothing }
  const steps = [
    { text: `set local search_path to ${schema}, pg_temp` },
    ...(applied === undefined ? [{ text: CREATE_MIGRATIONS }] : []),
    ...(pending.length > 0 ? await detachViews(client, schema, files.views) : []),
    ...pending.flatMap(applyOnce),
    ...replace(files, digest),
  ]
  const names = [...pending.map(({ name }) => name), "functions"]
  return { state: "behind", applied: applied ?? [], pending: names, steps }
}

/** The columns are those of node-pg-migrate, which applied the files before. */
const CREATE_MIGRATIONS =
  "create table migrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)"

/** Undefined if the schema has no table of migrations yet. */
async function appliedNames(client: ClientBase, schema: string): Promise<string[] | undefined> {
  const { rows } = await client.query("select pg_catalog.to_regclass($1) is not null as found", [
    `${schema}.migrations`,
  ])
  if (!rows[0].found) return undefined
  return (await client.query(`select name from ${schema}.migrations order by id`)).rows.map(
    ({ name }) => name,
  )
}

/** A file that comes before an applied one would meet tables of a later state than it was written for. */
function pendingFiles(
  schema: string,
  files: readonly SqlFile[],
  applied: readonly string[],
): readonly SqlFile[] {
  for (const [place, name] of applied.entries()) {
    const expected = files[place]?.name
    if (expected === undefined || expected === name) continue
    throw new SchemaError(
      "migrations_out_of_order",
      `The schema "${schema}" has the migration ${name} where this code has ${expected}: migrate it with the code that it was migrated with before`,
    )
  }
  return files.slice(applied.length)
}

/**
 * Whether a later version of this package has migrated the schema. In a rolling deploy, a process of the last version may
 * start once more: its functions would undo the migration while drainers of the new version work.
 */
async function isNewer(
  client: ClientBase,
  schema: string,
  { migrations }: SqlFiles,
  applied: readonly string[],
): Promise<boolean> {
  if (applied.length > migrations.length) return true
  const { rows } = await client.query("select pg_catalog.to_regprocedure($1) is not null as found", [
    `${schema}.schema_version()`,
  ])
  if (!rows[0].found) return false
  const { rows: versions } = await client.query(`select ${schema}.schema_version() as version`)
  return versions[0].version > SCHEMA_VERSION
}

function applyOnce({ name, text }: SqlFile): Step[] {
  const literal = `'${name.replaceAll("'", "''")}'`
  const record = `insert into migrations (name, run_on) values (${literal}, pg_catalog.now())`
  return [{ text, log: `Applying ${name}` }, { text: record }]
}

/**
 * Gives each view a body without tables, until it is replaced in the same transaction, so that numbered files can change
 * any table. The view itself stays: what was granted on it, and what the app built on it, is kept.
 */
async function detachViews(client: ClientBase, schema: string, views: readonly SqlFile[]): Promise<Step[]> {
  const { rows } = await client.query(
    `select format('create or replace view %I as select %s', c.relname,
              string_agg(format('null::%s as %I', format_type(a.atttypid, a.atttypmod), a.attname), ', ' order by a.attnum)) as text
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where n.nspname = $1 and c.relkind = 'v' and c.relname = any ($2)
     group by c.relname`,
    [schema, views.map(({ name }) => name)],
  )
  return rows
}

/** Bodies of functions are checked when they run: functions call each other, and are created in the order of their names. */
function replace({ functions, views }: SqlFiles, digest: string): Step[] {
  return [
    { text: "set local check_function_bodies = off", log: "Replacing the functions and views" },
    ...[...functions, ...views].map(({ text }) => ({ text })),
    { text: digestFunction(digest) },
    { text: REVOKE_OWNERS_RIGHTS },
    { text: "select force_maintenance()" },
  ]
}

/** What runs with the rights of the schema's owner is for those to whom it was granted. */
const REVOKE_OWNERS_RIGHTS = `do $do$
  declare
    f regprocedure;
  begin
    for f in select p.oid from pg_proc p where p.pronamespace = current_schema()::regnamespace and p.prosecdef loop
      execute format('revoke execute on function %s from public', f);
    end loop;
  end
  $do$`

function digestOf({ functions, views }: SqlFiles): string {
  const texts = [...functions, ...views].map(({ text }) => text)
  return createHash("sha256").update(texts.join("\n")).digest("hex")
}

function digestFunction(digest: string): string {
  return `create or replace function functions_digest() returns text language sql immutable set search_path from current as $$ select '${digest}' $$`
}

async function appliedDigest(client: ClientBase, schema: string): Promise<string | undefined> {
  const { rows } = await client.query(
    "select p.prosrc from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname = $1 and p.proname = 'functions_digest'",
    [schema],
  )
  return rows[0]?.prosrc.match(/'(\w+)'/)[1]
}
