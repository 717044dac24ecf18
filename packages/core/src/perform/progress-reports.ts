import { formatValue } from "../checks/format-value.ts"
import { isText, refuse } from "../checks/validate.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { isStorableJson } from "../job/payload.ts"
import { bestEffort } from "../session/best-effort.ts"
import type { JobRun } from "./job-run.ts"

/** Between two writes of one execution. */
const WRITE_EVERY_MS = 1_000
const LONGEST_TEXT = 512

/** What a job tells of how far it is. */
export interface ProgressReports {
  report(percent: number, text?: string): void
  /** What is not written by then isn't. */
  end(): void
}

export function createProgressReports({ job, environment: { drainer } }: JobRun): ProgressReports {
  let json: string | undefined
  let timer: NodeJS.Timeout | undefined
  let writeAtMs = 0
  let isOver = false

  return {
    report(percent, text) {
      json = toJson(percent, text)
      writeLater()
    },
    end() {
      isOver = true
      clearTimeout(timer)
    },
  }

  function writeLater(): void {
    if (timer || isOver || json === undefined) return
    timer = setTimeout(
      () => {
        void write().finally(() => {
          timer = undefined
          writeLater()
        })
      },
      Math.max(1, writeAtMs - performance.now()),
    ).unref()
  }

  async function write(): Promise<void> {
    const { text, values } = protocolCall(
      drainer.schema,
      "report_progress",
      { p_backend: drainer.backendPid, p_job: job.id, p_fence: job.fence, p_value: json },
      { p_value: "pg_catalog.text::pg_catalog.jsonb" },
    )
    json = undefined
    writeAtMs = performance.now() + WRITE_EVERY_MS
    await bestEffort(drainer, drainer.query(`select ${text}`, values)).catch(() => {}) // the loss of the session ends the job elsewhere
  }
}

function toJson(percent: number, text: string | undefined): string {
  if (!(typeof percent === "number" && percent >= 0 && percent <= 100))
    refuse("invalid_option", percent, ["progress", "percent"], "a number from 0 to 100")
  if (text !== undefined && !isText(text, LONGEST_TEXT))
    refuse("invalid_option", text, ["progress", "text"], `text of 1 to ${LONGEST_TEXT} characters`)
  const json = JSON.stringify({ percent, text: text ?? null })
  if (!isStorableJson(json))
    refuse("invalid_option", formatValue(text), ["progress", "text"], "text that Postgres can store")
  return json
}
