import { SluiceError } from "@sluice/core"
import type { Client } from "pg"

interface Versioned {
  readonly system: string
  /** The table and the column that have the version of the source's schema. */
  readonly table: string
  readonly column: string
  /** The versions that are known, and the releases that have them, for people. */
  readonly known: { readonly from: number; readonly to: number; readonly releases: string }
}

/** Throws `SluiceError` `unsupported_source` unless the source's schema is there and of a known version. */
export async function assertVersion(database: Client, versioned: Versioned): Promise<void> {
  const { system, table, column, known } = versioned
  await assertTable(database, system, table)
  const { rows } = await database.query(`select max(${column}) as version from ${table}`)
  const version: number | null = rows[0].version
  if (version !== null && version >= known.from && version <= known.to) return
  const remedy =
    (version ?? 0) > known.to
      ? "Upgrade @sluice/cli, which may know it"
      : `Upgrade ${system} first, which migrates its schema`
  throw unsupported(
    `The schema of ${system} is at version ${version}. Known are ${known.from} to ${known.to}, of ${system} ${known.releases}. ${remedy}`,
  )
}

/** Throws `SluiceError` `unsupported_source` unless there is this table. */
export async function assertTable(database: Client, system: string, table: string): Promise<void> {
  const { rows } = await database.query("select to_regclass($1) is not null as exists", [table])
  if (rows[0].exists) return
  throw unsupported(
    `There is no table ${table} of ${system} in this database: say with --from-schema where it is`,
  )
}

export function unsupported(message: string): SluiceError {
  return new SluiceError("unsupported_source", message)
}
