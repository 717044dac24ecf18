import { checkOptions } from "../../checks/field.ts"
import type { Queryable } from "../../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../../database/protocol-call.ts"
import { translateError } from "../../database/translate-error.ts"
import { DatabaseUnavailableError } from "../../errors.ts"
import { EXAMINE } from "../fields.ts"
import { connectionFinding } from "./connection.ts"
import type { ExamineOptions, Finding } from "./finding.ts"
import { found } from "./found.ts"
import { jobFindings } from "./jobs.ts"
import { type ServerFacts, serverFindings } from "./server.ts"
import { upkeepFindings } from "./upkeep.ts"
import { postgresFinding, schemaFinding } from "./versions.ts"

/**
 * Looks at one thing after the other. A server or schema that is too old leaves nothing else to look at.
 *
 * @param own The app's own pool or client, which tells more of its connections than what wraps it.
 */
export async function examine(
  database: Queryable,
  schema: string,
  options: ExamineOptions = {},
  own: Queryable = database,
): Promise<Finding[]> {
  checkOptions(EXAMINE, options)
  const { maxDrainers } = options
  const postgres = await postgresFinding(database)
  const connection = await connectionFinding(own)
  if (postgres.level === "wrong") return [connection, postgres]
  const version = await schemaFinding(database, schema)
  if (version.level === "wrong") return [connection, postgres, version]

  const askedAtMs = Date.now()
  const server = protocolCall(schema, "examine_server", { p_max_drainers: maxDrainers })
  const upkeep = protocolCall(schema, "examine_upkeep", {})
  const jobs = protocolCall(schema, "examine_jobs", {})
  return [
    connection,
    postgres,
    version,
    ...(await findings("server", server, (facts: ServerFacts) => serverFindings(facts, { askedAtMs }))),
    ...(await findings("upkeep", upkeep, upkeepFindings)),
    ...(await findings("jobs", jobs, jobFindings)),
  ]

  function findings<Facts>(
    check: string,
    { text, values }: ProtocolCall,
    judge: (facts: Facts) => Finding[],
  ): Promise<Finding[]> {
    const asked = database.query(`select ${text}::pg_catalog.text as facts`, values)
    return orNotExamined(
      check,
      asked.then(({ rows }) => judge(JSON.parse(rows[0].facts))),
    )
  }
}

/** What can't be examined is a finding too. */
async function orNotExamined(check: string, findings: Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await findings
  } catch (error) {
    const translated = translateError(error)
    if (translated instanceof DatabaseUnavailableError) throw translated
    return [found(check, "wrong", "not_examined", { error: (error as Error).message })]
  }
}
