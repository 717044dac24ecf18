import { checkOptions } from "../../checks/field.ts"
import type { Queryable } from "../../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../../database/protocol-call.ts"
import { translateError } from "../../database/translate-error.ts"
import { DatabaseUnavailableError } from "../../errors.ts"
import { EXAMINE } from "../fields.ts"
import type { ExamineOptions, Finding } from "./finding.ts"
import { jobFindings } from "./jobs.ts"
import { type ServerFacts, serverFindings } from "./server.ts"
import { upkeepFindings } from "./upkeep.ts"
import { postgresFinding, schemaFinding } from "./versions.ts"

/** Looks at one thing after the other. A server or schema that is too old leaves nothing else to look at. */
export async function examine(
  database: Queryable,
  schema: string,
  options: ExamineOptions = {},
): Promise<Finding[]> {
  checkOptions(EXAMINE, options)
  const { maxDrainers } = options
  const postgres = await postgresFinding(database)
  if (postgres.level === "wrong") return [postgres]
  const version = await schemaFinding(database, schema)
  if (version.level === "wrong") return [postgres, version]

  const askedAtMs = Date.now()
  const server = protocolCall(schema, "examine_server", { p_max_drainers: maxDrainers })
  const upkeep = protocolCall(schema, "examine_upkeep", {})
  const jobs = protocolCall(schema, "examine_jobs", {})
  return [
    postgres,
    version,
    ...(await findings("server", server, (facts: ServerFacts) => serverFindings(facts, { askedAtMs }))),
    ...(await findings("upkeep", upkeep, upkeepFindings)),
    ...(await findings("jobs", jobs, jobFindings)),
  ]

  /** What can't be examined is a finding too. */
  async function findings<Facts>(
    check: string,
    { text, values }: ProtocolCall,
    judge: (facts: Facts) => Finding[],
  ): Promise<Finding[]> {
    try {
      const { rows } = await database.query(`select ${text}::pg_catalog.text as facts`, values)
      return judge(JSON.parse(rows[0].facts))
    } catch (error) {
      const translated = translateError(error)
      if (translated instanceof DatabaseUnavailableError) throw translated
      return [{ check, level: "wrong", text: `not examined: ${(error as Error).message}` }]
    }
  }
}
