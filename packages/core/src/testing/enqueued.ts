import { AssertionError } from "node:assert"
import { formatValue } from "../checks/format-value.ts"
import type { JsonOf } from "../checks/json.ts"
import { assertInteger, assertKnownKeys } from "../checks/validate.ts"
import type { AnyJobDefinition, InputOf } from "../job/define-job.ts"
import type { JobFilter } from "../job/job-filter.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import type { Sluice } from "../sluice.ts"
import { type Difference, differencesFromPart, formatDifference } from "./difference.ts"

/** What a payload contains, at any depth, or a function that says whether it is the one. Lists are compared as a whole. */
export type PayloadMatcher<Payload> = PartOf<Payload> | ((payload: Payload) => boolean)

export type PartOf<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]?: PartOf<Value[Key]> }
    : Value

export interface AssertEnqueuedOptions extends Pick<JobFilter, "queue" | "state" | "tag"> {
  /** How many jobs match. Default: at least one. */
  readonly count?: number
}

export interface EnqueuedAssertions {
  /**
   * Asserts that a job was enqueued, whether or not it has been performed since. A failure lists what was enqueued instead, the
   * nearest first.
   *
   * @param payload What its payload contains, or a function that says whether it is the one. Default: any payload.
   * @returns The newest job that matches, or undefined if `count` is 0.
   * @throws AssertionError of `node:assert`
   */
  assertEnqueued<Definition extends AnyJobDefinition>(
    definition: Definition,
    payload?: PayloadMatcher<JsonOf<InputOf<Definition>>>,
    options?: AssertEnqueuedOptions & { readonly count?: never },
  ): Promise<JobSnapshot<JsonOf<InputOf<Definition>>>>
  assertEnqueued<Definition extends AnyJobDefinition>(
    definition: Definition,
    payload: PayloadMatcher<JsonOf<InputOf<Definition>>> | undefined,
    options: AssertEnqueuedOptions,
  ): Promise<JobSnapshot<JsonOf<InputOf<Definition>>> | undefined>
}

const MOST_SHOWN = 5
const PAGE = 1_000

export function createAssertions(sluice: Sluice): EnqueuedAssertions {
  return { assertEnqueued: assertEnqueued as EnqueuedAssertions["assertEnqueued"] }

  async function assertEnqueued(
    definition: AnyJobDefinition,
    payload: unknown,
    options: AssertEnqueuedOptions = {},
  ): Promise<JobSnapshot | undefined> {
    assertKnownKeys(options, ["count", "queue", "state", "tag"], ["assertEnqueued"])
    const { count, ...filter } = options
    assertInteger(count, ["assertEnqueued", "count"], 0, 1_000_000)
    const candidates = (await jobsOf({ ...filter, name: definition.name })).map((job) =>
      compare(job, payload),
    )
    const found = candidates.filter(({ differences }) => differences.length === 0)
    if (count === undefined ? found.length > 0 : found.length === count) return found[0]?.job
    const wanted = wantedText(definition.name, payload, options)
    const message = `${wanted}, but ${found.length === 0 ? "none" : found.length} ${found.length > 1 ? "were" : "was"}. ${await instead(definition.name, candidates, found.length)}`
    throw new AssertionError({ message, stackStartFn: assertEnqueued })
  }

  async function instead(name: string, candidates: readonly Candidate[], found: number): Promise<string> {
    if (candidates.length > 0) {
      const nearest = candidates.toSorted((a, b) => a.differences.length - b.differences.length)
      const shown = nearest.slice(0, MOST_SHOWN).map(formatCandidate)
      const more = nearest.length > MOST_SHOWN ? `\n  and ${nearest.length - MOST_SHOWN} more` : ""
      return `${found > 0 ? "Enqueued were" : "Enqueued were instead, the nearest first"}:\n${shown.join("\n")}${more}`
    }
    const others = (await sluice.listJobs({}, { limit: PAGE })).jobs
    if (others.length === 0) return "Nothing was enqueued at all"
    const all = others.filter((job) => job.name === name)
    if (all.length > 0)
      return `Enqueued under this name were:\n${all.slice(0, MOST_SHOWN).map(formatListed).join("\n")}`
    return `Enqueued were other jobs: ${countNames(others.map((job) => job.name))}`
  }

  async function jobsOf(filter: Omit<JobFilter, "ids">): Promise<JobSnapshot[]> {
    const jobs: JobSnapshot[] = []
    let after: string | undefined
    do {
      const page = await sluice.listJobs(filter, { limit: PAGE, ...(after !== undefined && { after }) })
      for (const { id } of page.jobs) {
        const job = await sluice.getJob(id)
        if (job) jobs.push(job)
      }
      after = page.next
    } while (after !== undefined)
    return jobs
  }
}

interface Candidate {
  readonly job: JobSnapshot
  readonly differences: readonly Difference[]
}

function compare(job: JobSnapshot, expected: unknown): Candidate {
  if (typeof expected !== "function")
    return { job, differences: expected === undefined ? [] : differencesFromPart(expected, job.payload) }
  const isIt = Boolean(expected(job.payload))
  return {
    job,
    differences: isIt ? [] : [{ path: "", expected: "what the function accepts", actual: job.payload }],
  }
}

function wantedText(name: string, payload: unknown, { count, ...conditions }: AssertEnqueuedOptions): string {
  const number = count === undefined ? "a job" : `${count} ${count === 1 ? "job" : "jobs"}`
  const containing =
    payload === undefined || typeof payload === "function" ? "" : ` with ${JSON.stringify(payload)}`
  const accepted = typeof payload === "function" ? " that the function accepts" : ""
  const where = Object.entries(conditions).map(([key, value]) => `, ${key} ${JSON.stringify(value)}`)
  return `Expected ${number} ${JSON.stringify(name)}${containing}${accepted}${where.join("")} to be enqueued`
}

function formatCandidate({ job, differences }: Candidate): string {
  const why = differences.filter(({ path, expected }) => path !== "" || typeof expected !== "string")
  const because = why.length > 0 ? `: ${why.slice(0, MOST_SHOWN).map(formatDifference).join(", ")}` : ""
  return `  ${job.state} ${job.id} ${JSON.stringify(job.payload)}${because}`
}

function formatListed({
  id,
  state,
  queue,
  tags,
}: Pick<JobSnapshot, "id" | "state" | "queue" | "tags">): string {
  return `  ${state} ${id}, queue ${JSON.stringify(queue)}, tags ${formatValue(tags)}`
}

function countNames(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => `${count} ${JSON.stringify(name)}`).join(", ")
}
