import type { Queryable } from "../database/connection.ts"
import { checkMeasuredOptions, type MeasuredOptions } from "./measured.ts"

/** A version of the app that drains. */
export interface Deployment {
  readonly version: string
  /** When its first drainer opened. */
  readonly at: Date
}

export type ListDeploymentsOptions = Pick<MeasuredOptions, "since" | "until">

export async function listDeployments(
  _database: Queryable,
  _schema: string,
  options: ListDeploymentsOptions = {},
): Promise<Deployment[]> {
  checkMeasuredOptions(options)
  return []
}
