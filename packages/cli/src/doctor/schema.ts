import { SCHEMA_VERSION } from "@sluice/core"
import type { Check } from "./check.ts"

export const schemaVersion: Check = async ({ client, schema }) => {
  const found = await client.query("select to_regproc($1) is not null as exists", [
    `${schema}.schema_version`,
  ])
  if (!found.rows[0].exists) {
    return {
      level: "wrong",
      text: `not migrated: there is no schema ${schema} of Sluice's. Run sluice migrate`,
    }
  }
  const { rows } = await client.query(`select ${schema}.schema_version() as version`)
  const [{ version }] = rows
  const text = `the schema ${schema} is at version ${version}, this package at ${SCHEMA_VERSION}`
  return version < SCHEMA_VERSION
    ? { level: "wrong", text: `${text}. Run sluice migrate` }
    : { level: "ok", text }
}

/** A database in which nothing has drained for a day lacks it, and is well. */
export const history: Check = async ({ client, schema }) => {
  const tomorrow = "to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD')"
  const { rows } = await client.query(
    `select to_regclass($1 || '.finished_' || ${tomorrow}) is not null as ready`,
    [schema],
  )
  return rows[0].ready
    ? { level: "ok", text: "tomorrow's partition of the history exists" }
    : { level: "note", text: "tomorrow's partition of the history is missing; the next drain creates it" }
}

/** A step that can't get a lock succeeds at its next try. One that has failed three times, over minutes, won't by itself. */
export const upkeep: Check = async ({ client, schema }) => {
  const { rows } = await client.query(
    `select step, failures, error, failed_at from ${schema}.maintenance_steps where failures >= 3 order by step`,
  )
  if (rows.length === 0) return { level: "ok", text: "no step of the maintenance fails" }
  const failing = rows.map(
    ({ step, failures, error, failed_at }) =>
      `${step} (${failures} times, last at ${failed_at.toISOString()}: ${error})`,
  )
  return {
    level: "wrong",
    text: `steps of the maintenance fail: ${failing.join(", ")}. The other steps are done`,
  }
}
