import { type ActionResult, beginAction, endAction, type Intent, type Via } from "./access/audit.ts"
import type { Principal, Role } from "./access/principal.ts"
import type { RecordedVerb } from "./access/recorded-verbs.ts"
import { assertInScope, assertRole, isScoped, jobInScope, refuseScoped } from "./access/scope.ts"
import { summaryOf } from "./access/summary.ts"
import { assertSluice } from "./checks/arguments.ts"
import { isRecord, isText, refuseType } from "./checks/validate.ts"
import { translateError } from "./database/translate-error.ts"
import { SluiceError } from "./errors.ts"
import { isDefinition } from "./job/index-by-name.ts"
import type { BulkResult } from "./manage/bulk.ts"
import type { Sluice } from "./sluice.ts"

/** The methods of `Sluice`. */
type Verb = {
  [Key in keyof Sluice]-?: Sluice[Key] extends ((...given: never[]) => unknown) | undefined ? Key : never
}[keyof Sluice]

interface Rule<Given extends readonly unknown[]> {
  readonly role: Role
  /** What the action is about, for the audit log. Those of `RECORDED_VERBS` have it; the others only read. */
  readonly about?: (...given: Given) => object
  /** Puts the name of who acts to what is given, for what keeps it. */
  readonly sign?: (principal: Principal, ...given: Given) => readonly unknown[]
  /**
   * Refuses what a principal that is limited to some names or queues may not do, and returns what is given with the limits.
   * Only enqueuers are limited.
   */
  readonly scope?: (principal: Principal, ...given: Given) => readonly unknown[]
}

// biome-ignore lint/suspicious/noExplicitAny: they are passed what the methods are, unchecked
type AnyRule = Rule<readonly any[]>
type RecordedRule = AnyRule & Required<Pick<AnyRule, "about">>
type UnrecordedRule = Omit<AnyRule, "about"> & { readonly about?: never }

const READING = { role: "reader" } as const
const BULK = { role: "operator", about: (filter: unknown) => ({ filter }) } as const
const ONE = { role: "operator", about: (job: unknown) => ({ job }) } as const
const NAMED = { role: "operator", about: (target: string) => ({ target }) } as const
const PAUSE = {
  role: "operator",
  about: (target: string, options: object | undefined) => ({ target, ...options }),
} as const

/** Who may call what, and what the audit log says of it. A new method of `Sluice` needs a line here. */
const RULES: { readonly [Key in Verb]: Key extends RecordedVerb ? RecordedRule : UnrecordedRule } = {
  enqueue: {
    role: "enqueuer",
    about: (job, _payload, options) => ({ name: nameOf(job), ...queueOf(options) }),
    scope(who, job, payload, options) {
      const limited = jobInScope(who, { name: nameOf(job), options }, "the job") as { options?: unknown }
      return [job, payload, limited.options]
    },
  },
  enqueueMany: {
    role: "enqueuer",
    about: (jobs) => ({ names: namesOf(jobs) }),
    scope: (who, jobs, ...options) => [jobsInScope(who, jobs), ...options],
  },
  enqueueBatch: {
    role: "enqueuer",
    about: (jobs) => ({ names: namesOf(jobs) }),
    scope: (who, jobs, options) => [jobsInScope(who, jobs), batchInScope(who, options)],
  },
  enqueueWorkflow: {
    role: "enqueuer",
    about: (flow) => ({ workflow: flow?.name, names: namesOf(flow?.steps) }),
    scope: (who, flow, options) => [flowInScope(who, flow), batchInScope(who, options)],
  },
  addToBatch: {
    role: "enqueuer",
    about: (batch, jobs) => ({ batch, names: namesOf(jobs) }),
    scope: (who) => refuseScoped(who, "a batch"),
  },
  emit: {
    role: "enqueuer",
    about: (event) => ({ event: nameOf(event) }),
    scope: (who) => refuseScoped(who, "an event"),
  },
  completeWait: {
    role: "enqueuer",
    about: (token, _value, options) => ({ token, ...options }),
    scope: (who) => refuseScoped(who, "a wait"),
  },
  wake: { role: "enqueuer" },

  getJob: READING,
  getJobStatus: READING,
  waitForJob: READING,
  listJobs: READING,
  countJobs: READING,
  getHolder: READING,
  getRelatives: READING,
  getFilterValues: READING,
  getBatch: READING,
  listBatches: READING,
  getWorkflow: READING,
  listQueues: READING,
  sampleQueues: READING,
  listDrainers: READING,
  getDrainer: READING,
  listWaits: READING,
  listEvents: READING,
  listKeys: READING,
  listRates: READING,
  listDefinitions: READING,
  getBacklog: READING,
  getThroughput: READING,
  listSeries: READING,
  listNames: READING,
  getForecast: READING,
  listDeployments: READING,
  getHealth: READING,
  getOverview: READING,
  examine: READING,
  listErrors: READING,
  getError: READING,
  listFailures: READING,
  listDiscarded: READING,
  listSlowest: READING,
  listPauses: READING,
  listLimits: READING,
  getSchedule: READING,
  listSchedules: READING,
  listTicks: READING,

  cancelJob: ONE,
  runJobNow: ONE,
  retryJob: ONE,
  deleteJob: ONE,
  updateJob: { role: "operator", about: (job, changes) => ({ job, changes }) },
  cancelJobs: BULK,
  runJobsNow: BULK,
  retryJobs: BULK,
  deleteJobs: BULK,
  eraseJobs: BULK,
  updateJobs: {
    role: "operator",
    about: (filter, changes) => ({ filter, changes }),
  },
  cancelBatch: NAMED,
  retryBatch: NAMED,
  pauseQueue: PAUSE,
  resumeQueue: NAMED,
  pauseName: PAUSE,
  resumeName: NAMED,
  pauseKey: PAUSE,
  resumeKey: NAMED,
  limitQueue: PAUSE,
  limitKey: PAUSE,
  overrideLimit: PAUSE,
  overrideRate: PAUSE,
  setSchedule: {
    role: "operator",
    about: (target, settings) => ({ target, settings }),
  },
  deleteSchedule: NAMED,
  runSchedule: NAMED,
  pauseSchedule: PAUSE,
  resumeSchedule: NAMED,

  createApiKey: {
    role: "admin",
    about: (settings) => ({ ...settings }),
    sign: (who, settings) => [isRecord(settings) ? { createdBy: who.id, ...settings } : settings],
  },
  rotateApiKey: { role: "admin", about: (key, options) => ({ key, ...options }) },
  revokeApiKey: { role: "admin", about: (key) => ({ key }) },
  listApiKeys: { role: "admin" },
  listActions: { role: "admin" },
  // whoever has a secret may know what it is for
  verifyApiKey: { role: "enqueuer" },
  getPrincipal: { role: "admin" },
}

/**
 * Returns the same object for somebody who acts with it: what their role doesn't allow throws a `ForbiddenError`, as does a job
 * that an enqueuer may not enqueue, and what they change is recorded in the audit log, before and after. Reads and dry runs
 * are not recorded, nor is over the API what enqueuers do there all day.
 *
 * @param via On which way: `"api"`, `"dashboard"`, `"cli"` or, of an app's own code, `"library"`.
 *
 * @example
 * const support = actingAs(sluice, { id: "oidc:ada@example.org", name: "Ada", role: "operator" }, "library")
 * await support.retryJobs({ state: "discarded", name: "welcome" })
 */
export function actingAs(sluice: Sluice, principal: Principal, via: Via): Sluice {
  assertSluice(sluice, ["actingAs", "sluice"])
  if (!isRecord(principal))
    refuseType(principal, ["actingAs", "principal"], "who acts, as { id, name, role }")
  const verbs = Object.entries(RULES).map(([verb, rule]) => [verb, act(verb as Verb, rule)])
  return { ...sluice, ...Object.fromEntries(verbs) }

  function act(verb: Verb, rule: Rule<readonly unknown[]>) {
    return async (...given: unknown[]): Promise<unknown> => {
      assertRole(principal, rule.role)
      const limited = rule.scope && isScoped(principal) ? rule.scope(principal, ...given) : given
      const signed = rule.sign?.(principal, ...limited) ?? limited
      const run = () => (sluice[verb] as (...given: unknown[]) => Promise<unknown>)(...signed)
      if (!rule.about || !isRecorded(rule, given, via)) return run()
      const target = summaryOf(rule.about(...given))
      return recorded(sluice, { principal, via, action: verb, target, after: afterOf(given) }, run)
    }
  }
}

function isRecorded({ role }: Rule<never>, given: readonly unknown[], via: Via): boolean {
  const options = given.at(-1)
  const isDryRun = isRecord(options) && options.dryRun === true
  return !isDryRun && !(role === "enqueuer" && via === "api")
}

/** Of a call with a filter that continues another. What is no such place the call itself refuses. */
function afterOf(given: readonly unknown[]): string | undefined {
  const options = given.at(-1)
  return isRecord(options) && isText(options.after, 200) ? (options.after as string) : undefined
}

async function recorded(sluice: Sluice, intent: Intent, run: () => Promise<unknown>): Promise<unknown> {
  const { database, schema, log } = sluice
  const id = await beginAction(database, schema, intent).catch((error: unknown) => {
    throw translateError(error)
  })
  try {
    const value = await run()
    await end("done", resultOf(value))
    return value
  } catch (error) {
    await end("failed", { detail: errorOf(error) })
    throw error
  }

  /** Without it the entry says that the action has begun, which is no reason to fail an action that is done. */
  async function end(outcome: "done" | "failed", result: ActionResult): Promise<void> {
    await endAction(database, schema, id, outcome, result).catch((error: unknown) =>
      log.error("The audit log could not be completed", { action: intent.action, id, error: String(error) }),
    )
  }
}

function resultOf(value: unknown): ActionResult {
  if (typeof value === "string") return { detail: { id: value } }
  if (Array.isArray(value)) return { detail: { jobs: value.length } }
  if (!isRecord(value)) return {}
  if ("matched" in value) return resultOfBulk(value as unknown as BulkResult)
  if (typeof value.id === "string") return { detail: { id: value.id } }
  return {}
}

function resultOfBulk({ matched, changed, next }: BulkResult): ActionResult {
  return { matched, changed, ...(next !== undefined && { detail: { next } }) }
}

/** The message may quote what Postgres doesn't store: NUL, and half of a pair. */
function errorOf(error: unknown): Record<string, unknown> {
  const { message } = error instanceof Error ? error : { message: String(error) }
  return {
    ...(error instanceof SluiceError && { code: error.code }),
    message: message.slice(0, 500).replaceAll("\0", "").toWellFormed(),
  }
}

function nameOf(job: unknown): unknown {
  return typeof job === "string" ? job : (job as { name?: unknown } | null | undefined)?.name
}

function queueOf(options: unknown): object {
  return isRecord(options) && options.queue !== undefined ? { queue: options.queue } : {}
}

/** How many jobs there are of each name. */
function namesOf(jobs: unknown): Record<string, number> {
  const counts: Record<string, number> = {}
  if (!Array.isArray(jobs)) return counts
  for (const job of jobs) {
    const name = String(nameOf(job))
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

function jobsInScope(principal: Principal, jobs: unknown): unknown {
  if (!Array.isArray(jobs)) return jobs
  return jobs.map((job, index) => jobInScope(principal, job, `jobs[${index}]`))
}

/** The steps after which a step runs are of the same workflow; other jobs are named by their ids. */
function flowInScope(principal: Principal, flow: unknown): unknown {
  if (!isRecord(flow) || !Array.isArray(flow.steps)) return flow
  const names = new Set(flow.steps.map((step) => (isRecord(step) ? step.step : undefined)))
  const steps = flow.steps.map((step, index) => {
    if (!isRecord(step) || !isRecord(step.options)) return jobInScope(principal, step, `steps[${index}]`)
    const { after, ...options } = step.options
    const isWithin = after === undefined || [after].flat().every((one) => names.has(one))
    const job = { ...step, options: isWithin ? options : step.options }
    const limited = jobInScope(principal, job, `steps[${index}]`) as { options: object }
    return { ...limited, options: { ...limited.options, ...(after !== undefined && { after }) } }
  })
  return { ...flow, steps }
}

const CALLBACKS = ["onFinish", "onSuccess", "onDiscard"]

/** The callbacks are jobs, and a batch in another one keeps that open. */
function batchInScope(principal: Principal, options: unknown): unknown {
  if (!isRecord(options)) return options
  if (options.parent !== undefined) refuseScoped(principal, "the batch of parent")
  const callbacks = CALLBACKS.filter((event) => options[event] !== undefined)
  return {
    ...options,
    ...Object.fromEntries(
      callbacks.map((event) => [event, callbackInScope(principal, options[event], event)]),
    ),
  }
}

/** A definition is enqueued with the options that it has. */
function callbackInScope(principal: Principal, callback: unknown, event: string): unknown {
  if (!isDefinition(callback)) return jobInScope(principal, callback, event)
  assertInScope(principal, callback, event)
  return callback
}
