import { readAddress } from "@sluice/core"
import { onOneLine } from "@sluice/core/log"
import pg from "pg"
import { explainDatabaseError } from "./database-error.ts"
import { roomForConnections, roomForLocks } from "./doctor/capacity.ts"
import type { Check, Finding, Subject } from "./doctor/check.ts"
import { directConnection, reachable, serverVersion } from "./doctor/connection.ts"
import { namesKnown, queuesServed, timeoutsFit } from "./doctor/jobs.ts"
import { history, schemaVersion, upkeep } from "./doctor/schema.ts"
import type { Options } from "./options.ts"

/** In this order. What fails of the first group leaves nothing to look at for those after it. */
const NEEDED = { reachable, serverVersion, schemaVersion }
const CHECKS: Readonly<Record<string, Check>> = {
  ...NEEDED,
  directConnection,
  roomForLocks,
  roomForConnections,
  history,
  upkeep,
  timeoutsFit,
  namesKnown,
  queuesServed,
}

/** Checks one thing after the other, prints what it finds, and returns the exit code: 1 if something is wrong. */
export async function doctor(options: Options): Promise<number> {
  const findings: (Finding & { check: string })[] = []
  for await (const finding of examine(options)) {
    findings.push(finding)
    if (!options.json) console.log(onOneLine(`${LABELS[finding.level]} ${finding.text}`)) // has names from the database
  }
  const ok = findings.every(({ level }) => level !== "wrong")
  if (options.json) console.log(JSON.stringify({ ok, findings }, undefined, 2))
  return ok ? 0 : 1
}

const LABELS = { ok: "ok   ", note: "note ", wrong: "WRONG" }

async function* examine(options: Options) {
  const subject = { ...options, client: createClient(options.databaseUrl) }
  try {
    for (const [check, look] of Object.entries(CHECKS)) {
      const finding = await look(subject).catch(failed)
      yield { check, ...finding }
      if (finding.level === "wrong" && Object.hasOwn(NEEDED, check)) return
    }
  } finally {
    await subject.client.end().catch(() => {})
  }
}

function createClient(databaseUrl: string): Subject["client"] {
  const client = readAddress(
    databaseUrl,
    (connectionString) => new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 }),
  )
  client.on("error", () => {}) // the statement that is under way rejects
  return client
}

function failed(error: Error): Finding {
  return { level: "wrong", text: explainDatabaseError(error) ?? error.message }
}
