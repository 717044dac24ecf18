import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import type { ClientBase } from "pg"

/**
 * Replaces the SQL functions of the schema with those of the folder, in one transaction, unless they are these already.
 * Returns whether it did. The schema keeps a digest of their texts, so that an up-to-date one is only read.
 */
export async function replaceFunctions(
  client: ClientBase,
  schema: string,
  directory: string,
): Promise<boolean> {
  const texts = await readFunctions(directory)
  const digest = digestOf(texts)
  if ((await appliedDigest(client, schema)) === digest) return false
  await client.query("begin")
  try {
    await client.query(`select pg_catalog.pg_advisory_xact_lock(${schema}.lock_space('migrate'), 0)`)
    const isNeeded = (await appliedDigest(client, schema)) !== digest
    if (isNeeded) await create(client, schema, [...texts, digestFunction(digest)])
    await client.query("commit")
    return isNeeded
  } catch (error) {
    await client.query("rollback").catch(() => {})
    throw error
  }
}

/** Whether the schema's functions are those of the folder. Reads the catalogue alone. */
export async function areFunctionsCurrent(
  client: ClientBase,
  schema: string,
  directory: string,
): Promise<boolean> {
  return (await appliedDigest(client, schema)) === digestOf(await readFunctions(directory))
}

/** Bodies are checked when they run: functions call each other, and are created in the order of their file names. */
async function create(client: ClientBase, schema: string, texts: readonly string[]): Promise<void> {
  await client.query(`set local search_path to ${schema}, pg_temp`)
  await client.query("set local check_function_bodies = off")
  for (const text of texts) await client.query(text)
  await client.query(REVOKE_OWNERS_RIGHTS)
  await client.query("select force_maintenance()")
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

async function readFunctions(directory: string): Promise<string[]> {
  const folder = join(directory, "functions")
  const entries = await readdir(folder, { recursive: true })
  const files = entries.filter((file) => file.endsWith(".sql")).toSorted()
  return Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))
}

function digestOf(texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\n")).digest("hex")
}

function digestFunction(digest: string): string {
  return `create or replace function functions_digest() returns text language sql immutable set search_path from current as $$ select '${digest}' $$`
}

/** Read from the catalogue's table, because a look-up by name may still be answered from before the lock. */
async function appliedDigest(client: ClientBase, schema: string): Promise<string | undefined> {
  const { rows } = await client.query(
    "select p.prosrc from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname = $1 and p.proname = 'functions_digest'",
    [schema],
  )
  return rows[0]?.prosrc.match(/'(\w+)'/)[1]
}
