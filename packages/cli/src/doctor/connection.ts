import pg from "pg"
import type { Check, Subject } from "./check.ts"

/** In this many rounds a transaction pooler would have to return the same backend by chance. */
const ROUNDS = 5

export const reachable: Check = async ({ client }) => {
  await client.connect()
  // whatever the role or the database has: bare names mean Postgres' own
  await client.query("set search_path to pg_catalog, pg_temp")
  const text = `connected to ${client.host}:${client.port}, database ${client.database}`
  return { check: "reachable", level: "ok", text }
}

/** Behind any pooler the backend isn't the one of the handshake. Only a transaction pooler changes it in between. */
export const directConnection: Check = async (subject) => {
  const check = "directConnection"
  const { processID } = subject.client as unknown as { processID: number }
  const pid = await backendPid(subject.client)
  if (pid === processID) return { check, level: "ok", text: "the connection is direct" }
  if (!(await changesBackend(subject, pid))) {
    const text = "a pooler stands before this database; it pools by session, which drainers accept"
    return { check, level: "note", text }
  }
  return {
    check,
    level: "wrong",
    text: "a transaction pooler stands before this database",
    remedy: "Use it to enqueue, and give drainers the direct address",
  }
}

/** The open transaction of a second client makes a transaction pooler give it the backend of the first. */
async function changesBackend({ client, databaseUrl }: Subject, pid: number): Promise<boolean> {
  const second = new pg.Client({ connectionString: databaseUrl })
  second.on("error", () => {})
  await second.connect()
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await second.query("begin")
      await backendPid(second)
      const now = await backendPid(client)
      await second.query("rollback")
      if (now !== pid) return true
    }
    return false
  } finally {
    await second.end()
  }
}

async function backendPid(client: pg.Client): Promise<number> {
  const { rows } = await client.query("select pg_catalog.pg_backend_pid() as pid")
  return rows[0].pid
}
