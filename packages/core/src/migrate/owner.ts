import type { ClientBase } from "pg"
import { SchemaError } from "../errors.ts"

/** Throws where somebody else has the schema. One that is not there, or that nobody has claimed, is free. */
export async function refuseForeignSchema(client: ClientBase, schema: string, owner: string): Promise<void> {
  const { rows } = await client.query("select pg_catalog.to_regclass($1) is not null as there", [
    `${schema}.owner`,
  ])
  if (rows[0].there) await compareOwner(client, schema, owner)
}

/** Of two that claim it at once, one is refused. */
export async function claimSchema(client: ClientBase, schema: string, owner: string): Promise<void> {
  if (await compareOwner(client, schema, owner)) return
  await client.query(`insert into ${schema}.owner (name) values ($1) on conflict do nothing`, [owner])
  await compareOwner(client, schema, owner)
}

/** Whether it is this owner's already; throws where it is another's. */
async function compareOwner(client: ClientBase, schema: string, owner: string): Promise<boolean> {
  const { rows } = await client.query(`select name from ${schema}.owner`)
  const other = rows[0]?.name
  if (other === undefined || other === owner) return other === owner
  throw new SchemaError(
    "schema_owned",
    `The schema "${schema}" of this database belongs to ${other}, and this is ${owner}: two deployments on one schema would perform each other's jobs. Give this one a database or a schema of its own; if it takes the place of the other for good, run: delete from ${schema}.owner`,
  )
}
