import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { checkMeasuredOptions, type MeasuredOptions } from "./measured.ts"

/** A version of the app that drains. */
export interface Deployment {
  readonly version: string
  /** When its first drainer opened. */
  readonly at: Date
}

export type ListDeploymentsOptions = Pick<MeasuredOptions, "since" | "until">

export async function listDeployments(
  database: Queryable,
  schema: string,
  options: ListDeploymentsOptions = {},
): Promise<Deployment[]> {
  const { sinceMs, untilMs } = checkMeasuredOptions(options)
  const { text, values } = protocolCall(schema, "list_deployments", {
    p_since: new Date(sinceMs).toISOString(),
    p_until: new Date(untilMs).toISOString(),
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as deployments`, values)
  const deployments: { version: string; at: string }[] = JSON.parse(rows[0].deployments)
  return deployments.map(({ version, at }) => ({ version, at: new Date(at) }))
}
