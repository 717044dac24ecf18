import type { ExecutionError, JobSnapshot } from "@sluice/core"
import { JobNotFoundError } from "@sluice/core"
import type { Options } from "../options.ts"
import { type Cell, list, table } from "../output/table.ts"
import { plain, printJson, styled, styleOfState } from "../output/terminal.ts"
import { fromNow, instant, shortDuration } from "../output/times.ts"
import { withSluice } from "../with-sluice.ts"
import { idsOf } from "./filter.ts"

/** Of these an error is shown; `--json` has them all. */
const ERRORS_SHOWN = 5

/** Prints one job with its payload, its result and what became of its executions. */
export async function showJob(options: Options, words: readonly string[]): Promise<number> {
  const [id] = idsOf(words) as [string]
  const job = await withSluice(options, (sluice) => sluice.getJob(id))
  if (!job) throw new JobNotFoundError("job_not_found", `No job has the id ${id}, or its history was dropped`)
  if (options.json) printJson(job)
  else console.log(described(job))
  return 0
}

function described(job: JobSnapshot): string {
  const { executions, errors, errorCount } = job
  const parts = [list(facts(job)), `payload\n${indented(job.payload)}`]
  if (job.result !== null) parts.push(`result\n${indented(job.result)}`)
  if (executions.length > 0)
    parts.push(
      table(
        ["attempt", "outcome", "ended", "took", "error"],
        executions.map(({ attempt, outcome, endedAt, durationMs, error }): Cell[] => [
          attempt,
          [outcome, styleOfState(outcome)],
          fromNow(endedAt),
          durationMs === null ? "" : shortDuration(durationMs),
          error ? `${error.class}: ${error.message}` : "",
        ]),
      ),
    )
  const shown = errors.slice(-ERRORS_SHOWN)
  if (shown.length > 0)
    parts.push([`${errorCount} failed, the last of them:`, ...shown.map(stackOf)].join("\n"))
  return parts.join("\n\n")
}

function facts(job: JobSnapshot): [string, Cell][] {
  const { id, name, state, reason, queue, priority, attempts, maxAttempts, batchId, blockedBy, waitsFor } =
    job
  const facts: [string, Cell | null][] = [
    ["id", id],
    ["name", [name, "bold"]],
    ["state", [reason === null ? state : `${state}: ${reason}`, styleOfState(state)]],
    ["blocked by", blockedBy && (waitsFor === null ? blockedBy : `${blockedBy}, ${waitsFor}`)],
    ...job.waits.map(({ token, event, batchId, until }): [string, Cell] => [
      "waits for",
      `${token ?? event ?? `the jobs of batch ${batchId}`}, until ${until.toISOString()}`,
    ]),
    ["after", job.after.length > 0 ? job.after.join(", ") : null],
    ["failed parent", job.failedParent],
    ["queue", queue],
    ["priority", `${priority}`],
    ["attempts", maxAttempts === null ? `${attempts}` : `${attempts} of ${maxAttempts}`],
    ["enqueued", instant(job.enqueuedAt)],
    ["due", job.finishedAt ? null : instant(job.runAt)],
    ["expires", job.expiresAt && instant(job.expiresAt)],
    ["started", job.startedAt && instant(job.startedAt)],
    ["ended", job.finishedAt && instant(job.finishedAt)],
    ["took", job.durationMs === null ? null : shortDuration(job.durationMs)],
    ["progress", job.progress && `${job.progress.percent} % ${job.progress.text ?? ""}`.trim()],
    ["batch", batchId],
    ["unique key", job.uniqueKey],
    ["concurrency", job.concurrencyKeys.length > 0 ? job.concurrencyKeys.join(", ") : null],
    ["rate key", job.rateKey],
    ["fair key", job.fairKey],
    ["tags", job.tags.length > 0 ? job.tags.join(", ") : null],
    ["metadata", Object.keys(job.metadata).length > 0 ? JSON.stringify(job.metadata) : null],
    [
      "put back",
      job.retries.length > 0
        ? job.retries.map(({ at, by }) => `${fromNow(at)}${by ? ` by ${by}` : ""}`).join(", ")
        : null,
    ],
  ]
  return facts.filter((fact): fact is [string, Cell] => fact[1] !== null)
}

function stackOf({ attempt, stack, class: name, message }: ExecutionError): string {
  const lines = (stack ?? `${name}: ${message}`).split("\n").map(plain)
  return styled([`  attempt ${attempt}`, ...lines.map((line) => `    ${line}`)].join("\n"), "dim")
}

/** JSON escapes what would steer a terminal, but for some characters of Unicode. */
function indented(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .split("\n")
    .map((line) => `  ${plain(line)}`)
    .join("\n")
}
