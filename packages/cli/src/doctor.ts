import { createSluice, type Finding, readAddress } from "@sluice/core"
import { onOneLine } from "@sluice/core/log"
import pg from "pg"
import { explainDatabaseError } from "./database-error.ts"
import type { Check, Subject } from "./doctor/check.ts"
import { openAnother, reachable } from "./doctor/connection.ts"
import { examineFunction } from "./doctor/lambda.ts"
import type { Options } from "./options.ts"

/** Checks one thing after the other, prints what it finds, and returns the exit code: 1 if something is wrong. */
export async function doctor(options: Options): Promise<number> {
  const findings: Finding[] = []
  for await (const finding of examine(options)) {
    findings.push(finding)
    if (!options.json) console.log(onOneLine(lineOf(finding))) // has names from the database
  }
  const ok = findings.every(({ level }) => level !== "wrong")
  if (options.json) console.log(JSON.stringify({ ok, findings }, undefined, 2))
  return ok ? 0 : 1
}

const LABELS = { ok: "ok   ", note: "note ", wrong: "WRONG" }

function lineOf({ level, text, remedy }: Finding): string {
  return `${LABELS[level]} ${text}${remedy === undefined ? "" : `. ${remedy}`}`
}

/** What fails of the first leaves nothing to look at for the others. */
async function* examine(options: Options): AsyncGenerator<Finding> {
  const subject = { ...options, client: createClient(options.databaseUrl) }
  try {
    const connected = await look("reachable", reachable, subject)
    yield connected
    if (connected.level === "wrong") return
    yield* await examineDatabase(subject)
    if (options.drainFunction !== undefined) yield* examineFunction(options.drainFunction)
  } finally {
    await subject.client.end().catch(() => {})
  }
}

async function examineDatabase({ client, databaseUrl, schema, maxDrainers }: Subject): Promise<Finding[]> {
  const database = {
    query: (text: string, values?: unknown[]) => client.query(text, values),
    open: () => openAnother(databaseUrl),
  }
  try {
    const findings = await createSluice({ database, schema }).examine({ ...(maxDrainers && { maxDrainers }) })
    return findings.map(forDrainers)
  } catch (error) {
    return [failed("database", error as Error)]
  }
}

/** The address that is examined is that of drainers, who are refused by poolers that others may use. */
function forDrainers(finding: Finding): Finding {
  const isRefused = ["transaction_pooler", "neon_pooler"].includes(finding.code)
  return isRefused ? { ...finding, level: "wrong" } : finding
}

function look(name: string, check: Check, subject: Subject): Promise<Finding> {
  return check(subject).catch((error) => failed(name, error))
}

function failed(check: string, error: Error): Finding {
  const text = explainDatabaseError(error) ?? error.message
  return { check, level: "wrong", code: "not_examined", values: { error: text }, text }
}

function createClient(databaseUrl: string): Subject["client"] {
  const client = readAddress(
    databaseUrl,
    (connectionString) => new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 }),
  )
  client.on("error", () => {}) // the statement that is under way rejects
  return client
}
