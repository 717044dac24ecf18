import { LARGEST_BATCH, readAddress, SCHEMA_VERSION } from "@sluice/core"
import pg from "pg"
import type { Options as AllOptions } from "./options.ts"

type Options = Pick<AllOptions, "databaseUrl" | "schema" | "maxDrainers">

type Examination = (client: pg.Client, options: Options) => Promise<Finding>

interface Finding {
  ok: boolean
  /** Nothing is wrong, but worth knowing. */
  isNote?: boolean
  text: string
}

/** Examines one thing after the other, says what it finds, and answers with the exit code: 1 when something is wrong. */
export async function doctor(options: Options): Promise<number> {
  const client = readAddress(
    options.databaseUrl,
    (connectionString) => new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 }),
  )
  client.on("error", () => {})
  let isWell = true
  for (const examine of EXAMINATIONS) {
    const { ok, isNote, text }: Finding = await examine(client, options).catch((error) => ({
      ok: false,
      text: String(error.message),
    }))
    console.log(`${ok ? (isNote ? "note " : "ok   ") : "WRONG"} ${text}`)
    isWell &&= ok
    if (!ok && NEEDED_BY_THE_REST.includes(examine)) break
  }
  await client.end().catch(() => {})
  return isWell ? 0 : 1
}

const reachable: Examination = async (client) => {
  client.on("error", () => {}) // the statement that is under way rejects
  await client.connect()
  // whatever the role or the database has: bare names mean Postgres' own, and the driver can read dates
  await client.query("set search_path to pg_catalog, pg_temp; set datestyle to 'ISO'")
  return { ok: true, text: `connected to ${client.host}:${client.port}, database ${client.database}` }
}

const serverVersion: Examination = async (client) => {
  const [{ version }] = (
    await client.query("select current_setting('server_version_num')::int / 10000 as version")
  ).rows
  return { ok: version >= 14, text: `PostgreSQL ${version}; Sluice needs 14 or newer` }
}

const directConnection: Examination = async (client) => {
  const [{ pid }] = (await client.query("select pg_backend_pid() as pid")).rows
  const ok = pid === (client as unknown as { processID: number }).processID
  return {
    ok,
    text: ok
      ? "the connection is direct"
      : "a pooler stands before this database: fine for enqueueing; drainers need the direct address, unless it pools by session",
  }
}

const schemaVersion: Examination = async (client, { schema }) => {
  const [{ exists }] = (
    await client.query("select to_regproc($1) is not null as exists", [`${schema}.schema_version`])
  ).rows
  if (!exists) return { ok: false, text: `the schema ${schema} is missing: run sluice migrate` }
  const [{ version }] = (await client.query(`select ${schema}.schema_version() as version`)).rows
  const remedy = version < SCHEMA_VERSION ? ": run sluice migrate" : ""
  return {
    ok: version >= SCHEMA_VERSION,
    text: `the schema ${schema} is at version ${version}, this package at ${SCHEMA_VERSION}${remedy}`,
  }
}

/** Each drainer may hold the locks of a batch that runs and of one that is settled but not unlocked yet. */
const roomForLocks: Examination = async (client, { maxDrainers }) => {
  const [{ room }] = (
    await client.query(
      `select current_setting('max_locks_per_transaction')::int
              * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int) as room`,
    )
  ).rows
  const most = maxDrainers * 2 * LARGEST_BATCH
  const isNote = room < most
  const consequence = `. With ${room} in use, drainers claim smaller batches; max_locks_per_transaction sets the room`
  return {
    ok: true,
    isNote,
    text: `room for ${room} locks; ${maxDrainers} drainers use ${most} at most${isNote ? consequence : ""}`,
  }
}

/** Of each drainer the session, two connections with which its jobs enqueue, and one for a transaction. */
const LEAST_CONNECTIONS = 4

const roomForConnections: Examination = async (client, { schema, maxDrainers }) => {
  const [{ room, transactions }] = (
    await client.query(`select * from ${schema}.connection_budget(p_max_drainers => $1)`, [maxDrainers])
  ).rows
  const used = maxDrainers * (LEAST_CONNECTIONS - 1 + transactions)
  const ok = maxDrainers * LEAST_CONNECTIONS <= room
  const each = `${maxDrainers} drainers use ${used} at most, ${transactions} of each for transactional jobs`
  return {
    ok,
    text: ok
      ? `room for ${room} connections; ${each}`
      : `room for ${room} connections, too few for ${maxDrainers} drainers, which use ${used}: raise max_connections, or the limit of the role or database, or lower maxDrainers`,
  }
}

const history: Examination = async (client, { schema }) => {
  const tomorrow = "to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD')"
  const [{ ready }] = (
    await client.query(`select to_regclass($1 || '.finished_' || ${tomorrow}) is not null as ready`, [schema])
  ).rows
  return {
    ok: ready,
    text: ready
      ? "tomorrow's partition of the history is there"
      : "tomorrow's partition of the history is missing: it is made by the next drain",
  }
}

/** A step that can't get a lock passes at its next try; one that has failed three times, over some minutes, won't by itself. */
const upkeep: Examination = async (client, { schema }) => {
  const { rows } = await client.query(
    `select step, failures, error, failed_at from ${schema}.maintenance_steps where failures >= 3 order by step`,
  )
  const failing = rows.map(
    ({ step, failures, error, failed_at }) =>
      `${step} (${failures} times, last at ${failed_at.toISOString()}: ${error})`,
  )
  return {
    ok: rows.length === 0,
    text:
      rows.length === 0
        ? "no step of the upkeep fails"
        : `steps of the upkeep that fail: ${failing.join(", ")}; the others are done`,
  }
}

/** Drainers say how long they have, definitions how long they may take; both are as of the last day. */
const timeoutsFit: Examination = async (client, { schema }) => {
  const { rows } = await client.query(
    `select d.name, d.timeout_ms / 1000.0 as timeout_s, ceil(longest.budget_ms / 1000.0) as budget_s
     from ${schema}.definitions d,
          (select max(budget_ms) as budget_ms from ${schema}.drainers where started_at > now() - interval '1 day'
           having bool_and(budget_ms is not null)) longest
     where d.timeout_ms > longest.budget_ms and d.seen_at > now() - interval '1 day' order by d.name`,
  )
  const named = rows.map(
    ({ name, timeout_s, budget_s }) =>
      `${name} (timeout ${Number(timeout_s)} s, drains have ${Number(budget_s)} s)`,
  )
  return {
    ok: rows.length === 0,
    text:
      rows.length === 0
        ? "every job's timeout fits into a drain"
        : `timeouts that fit into no drain: ${named.join(", ")}; shorten them, or perform these jobs elsewhere`,
  }
}

const namesKnown: Examination = async (client, { schema }) => {
  const { rows } = await client.query(
    `select j.name, min(j.run_at) as since from ${schema}.jobs j
     where j.state in ('ready', 'suspect', 'unknown', 'unkeyed') and j.name not in (select d.name from ${schema}.definitions d where d.seen_at > now() - interval '1 day')
     group by 1 order by 1 limit 10`,
  )
  const named = rows.map(({ name, since }) => `${name} (since ${since.toISOString()})`)
  return {
    ok: rows.length === 0,
    text:
      rows.length === 0
        ? "every waiting job is known to a drainer"
        : `jobs wait that no drainer of the last day can perform: ${named.join(", ")}; deploy their definitions`,
  }
}

const EXAMINATIONS = [
  reachable,
  serverVersion,
  directConnection,
  roomForLocks,
  schemaVersion,
  roomForConnections,
  history,
  upkeep,
  timeoutsFit,
  namesKnown,
]

const NEEDED_BY_THE_REST = [reachable, schemaVersion]
