import type { ClientBase } from "pg"
import { refuse } from "../checks/validate.ts"
import { SchemaError } from "../errors.ts"

/** Throws `InvalidInputError` for an owner whom nobody could tell from another one in a message. */
export function readOwner(owner: string | undefined): string | undefined {
  if (owner === undefined || (typeof owner === "string" && owner.trim() !== "")) return owner
  return refuse("invalid_option", owner, ["owner"], 'who deploys it, such as "shop/production"')
}

/** Throws if the schema belongs to another owner. A schema that doesn't exist, or that nobody has claimed, is free. */
export async function refuseForeignSchema(client: ClientBase, schema: string, owner: string): Promise<void> {
  const { rows } = await client.query("select pg_catalog.to_regclass($1) is not null as found", [
    `${schema}.owner`,
  ])
  if (rows[0].found) await compareOwner(client, schema, owner)
}

/** Stores the owner. If two claim the schema at the same time, one is refused. */
export async function claimSchema(client: ClientBase, schema: string, owner: string): Promise<void> {
  if (await compareOwner(client, schema, owner)) return
  await client.query(`insert into ${schema}.owner (name) values ($1) on conflict do nothing`, [owner])
  await compareOwner(client, schema, owner)
}

/** Returns whether the schema belongs to this owner already. Throws if it belongs to another one. */
async function compareOwner(client: ClientBase, schema: string, owner: string): Promise<boolean> {
  const { rows } = await client.query(`select name from ${schema}.owner`)
  const other = rows[0]?.name
  if (other === undefined || other === owner) return other === owner
  throw new SchemaError(
    "schema_owned",
    `The schema "${schema}" of this database belongs to ${other}, and this is ${owner}: two deployments on one schema would perform each other's jobs. Give this one its own database or schema. If it permanently replaces the other, run: delete from ${schema}.owner`,
  )
}
