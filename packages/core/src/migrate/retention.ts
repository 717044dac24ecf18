import type { ClientBase } from "pg"

/** Stores how long history is kept. Only reads if it is stored already, so that this needs no permission to write. */
export async function storeRetention(client: ClientBase, schema: string, retentionMs: number): Promise<void> {
  const interval = "$1::pg_catalog.float8 operator(pg_catalog.*) interval '1 millisecond'"
  const differs = `select from ${schema}.settings where retention operator(pg_catalog.<>) (${interval})`
  const { rowCount } = await client.query(differs, [retentionMs])
  if (rowCount !== 0)
    await client.query(`update ${schema}.settings set retention = ${interval}`, [retentionMs])
}
