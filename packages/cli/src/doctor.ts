import { LARGEST_BATCH, SCHEMA_VERSION } from "@sluice/core"
import pg from "pg"

interface Options {
  databaseUrl: string
  schema: string
  maxDrainers: number
}

type Examination = (client: pg.Client, options: Options) => Promise<Finding>

interface Finding {
  ok: boolean
  text: string
}

/** Examines one thing after the other, says what it finds, and answers with the exit code: 1 when something is wrong. */
export async function doctor(options: Options): Promise<number> {
  const client = new pg.Client({ connectionString: options.databaseUrl, connectionTimeoutMillis: 10_000 })
  client.on("error", () => {})
  let isWell = true
  for (const examine of [reachable, serverVersion, directConnection, schemaVersion, roomForLocks, history]) {
    const { ok, text } = await examine(client, options).catch((error) => ({
      ok: false,
      text: String(error.message),
    }))
    console.log(`${ok ? "ok   " : "WRONG"} ${text}`)
    isWell &&= ok
    if (!ok && examine === reachable) break
  }
  await client.end().catch(() => {})
  return isWell ? 0 : 1
}

const reachable: Examination = async (client) => {
  await client.connect()
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
  const needed = maxDrainers * 2 * LARGEST_BATCH
  const ok = room >= needed
  return {
    ok,
    text: `room for ${room} locks; ${maxDrainers} drainers may hold ${needed}${ok ? "" : ": raise max_locks_per_transaction, or they will claim smaller batches"}`,
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
