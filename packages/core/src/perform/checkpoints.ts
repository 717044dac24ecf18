import type { StandardSchemaV1 } from "@standard-schema/spec"
import { boundedMs, type Duration, durationMs, LONGEST_MS } from "../checks/duration.ts"
import { assertKnownKeys, assertName, assertText, isRecord, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { InvalidInputError, SluiceError, WaitTimeoutError } from "../errors.ts"
import { Isolation, Snooze } from "../job/control-errors.ts"
import type { AnyEvent } from "../job/define-event.ts"
import type { GatherOptions, JobToGather } from "../job/gathering.ts"
import type {
  CheckpointOptions,
  JobContext,
  OpenEventWaitOptions,
  StepOptions,
  WaitForEventOptions,
  WaitForOptions,
} from "../job/job-context.ts"
import { toIsoInstant } from "../job/option-values.ts"
import { checkWaitValue, toJson, toStorableJson } from "../job/payload.ts"
import { waitToken } from "../job/wait-token.ts"
import { awaitGathered, readGathered, resultsOf, storeGathering } from "./gather.ts"
import { createHandedPromises } from "./handed-promise.ts"
import { type JobRun, withTimeout } from "./job-run.ts"
import {
  awaitEvent,
  awaitToken,
  type CheckpointKind,
  type EndedWait,
  type EventWait,
  loadProgress,
  openEventWait,
  openWait,
  type SavedCheckpoint,
  saveInTransaction,
  saveProgress,
} from "./saved-progress.ts"
import { createWaits, type Waits } from "./waits.ts"

/** Lets an execution continue where an earlier execution of the same job was interrupted. */
export interface Checkpoints
  extends Pick<
    JobContext,
    | "step"
    | "cursor"
    | "sleep"
    | "sleepUntil"
    | "openWait"
    | "waitFor"
    | "openEventWait"
    | "waitForEvent"
    | "enqueueAndWait"
    | "all"
  > {
  /** Waits for what is under way, and throws errors that the job hasn't awaited. */
  join(): Promise<void>
  /** Waits for what is under way and lets nothing more start. Throws the `Snooze` of a job that sleeps. */
  end(): Promise<void>
}

/** The checkpoints of one execution. */
interface Progress {
  readonly run: JobRun
  readonly namesInUse: Set<string>
  /** Loaded at the first use. */
  saved: Promise<ReadonlyMap<string, SavedCheckpoint>> | undefined
  unnamedSleeps: number
  /** Sleeps, and what else it waits for. */
  readonly waits: Waits
  isOver: boolean
  /** Work that is under way. */
  underWay: number
  /** Whether an isolated step has begun: then nothing else begins in this execution. */
  isIsolated: boolean
}

/** A timeout of `jobs` is an integer. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

type Work = (transaction: Queryable) => unknown

/** Created when a job first uses a checkpoint. */
export function createCheckpoints(run: JobRun): Checkpoints {
  const promises = createHandedPromises()
  const progress: Progress = {
    run,
    namesInUse: new Set(),
    saved: undefined,
    unnamedSleeps: 0,
    waits: createWaits(),
    isOver: false,
    underWay: 0,
    isIsolated: false,
  }
  const checkpoints = {
    step: (name: string, work: Work, options?: StepOptions) =>
      promises.hand(() => step(progress, name, work, options)),

    cursor: (name: string, start: unknown, advance: Advance, options?: CheckpointOptions) =>
      promises.hand(() => cursor(progress, name, start, advance, options)),

    sleep(...parameters: [Duration] | [string, Duration]) {
      const [name, duration] =
        parameters.length === 2 ? parameters : [`sleep ${++progress.unnamedSleeps}`, parameters[0]]
      return promises.hand(() => sleep(progress, name, duration))
    },

    sleepUntil(...parameters: [Date | string] | [string, Date | string]) {
      const [name, instant] =
        parameters.length === 2 ? parameters : [`sleep ${++progress.unnamedSleeps}`, parameters[0]]
      return promises.hand(() => sleep(progress, name, untilInstant(instant, name)))
    },

    openWait: (token: string) => promises.hand(() => open(progress, token)),

    waitFor: (token: string, options?: WaitForOptions) =>
      promises.hand(() => waitFor(progress, token, options)),

    openEventWait: (event: AnyEvent | string, options?: OpenEventWaitOptions) =>
      promises.hand(() => openEvent(progress, event, options)),

    waitForEvent: (event: AnyEvent | string, options?: WaitForEventOptions) =>
      promises.hand(() => waitForEvent(progress, event, options)),

    enqueueAndWait: (name: string, jobs: readonly JobToGather[], options?: GatherOptions) =>
      promises.hand(() => enqueueAndWait(progress, name, jobs, options)),

    all: (waits: readonly unknown[]) => promises.hand(() => all(progress, waits)),

    join: () => promises.join(progress.waits.isPassedBy),

    async end() {
      progress.isOver = true
      await promises.settleAll()
      progress.waits.assertNone() // even if the job caught it: otherwise it would be done too early
    },
  }
  return checkpoints as Checkpoints
}

async function step(
  progress: Progress,
  name: string,
  work: Work,
  options: StepOptions = {},
): Promise<unknown> {
  const { isolated, ...others } = options
  if (isolated !== undefined && typeof isolated !== "boolean")
    refuse("invalid_option", isolated, [`step ${JSON.stringify(name)}`, "isolated"], "true or false")
  const saved = await findSaved(progress, "step", name, others)
  return parseJson(saved ? saved.value : await performAndSave(progress, "step", name, options, work))
}

type Advance = (position: unknown, transaction: Queryable) => unknown

async function cursor(
  progress: Progress,
  name: string,
  start: unknown,
  advance: Advance,
  options: CheckpointOptions = {},
): Promise<void> {
  const saved = await findSaved(progress, "cursor", name, options)
  let position = parseJson(saved ? saved.value : toStorableJson(start, [`cursor ${JSON.stringify(name)}`]))
  while (position !== undefined) {
    const from = position
    const next = async (transaction: Queryable) => (await advance(from, transaction)) ?? undefined
    position = parseJson(await performAndSave(progress, "cursor", name, options, next))
  }
}

async function sleep(progress: Progress, name: string, duration: Duration): Promise<void> {
  await progress.waits.wait<void>(async () => {
    const saved = await findSaved(progress, "sleep", name, {})
    const remainingMs = saved
      ? saved.untilAtMs - performance.now()
      : await startSleep(progress, name, duration)
    return remainingMs > 0
      ? { remainingMs, message: `The job sleeps: ${name}` }
      : { endedAtMs: saved?.endedAtMs, bring: () => {} }
  })
}

function untilInstant(instant: Date | string, name: string): Duration {
  const at = toIsoInstant(instant, [`sleep ${JSON.stringify(name)}`, "instant"])
  return `${Math.max(0, Math.ceil(Date.parse(at) - Date.now()))}ms`
}

async function startSleep(progress: Progress, name: string, duration: Duration): Promise<number> {
  const sleepMs = durationMs(duration, [`sleep ${JSON.stringify(name)}`])
  assertMayStart(progress)
  await saveProgress(progress.run, { kind: "sleep", name, sleepMs })
  return sleepMs
}

async function open(progress: Progress, token: string): Promise<void> {
  waitToken.assert(token, ["openWait", "token"])
  assertContinuable(progress.run, "openWait")
  assertMayStart(progress)
  await openWait(progress.run, token)
}

async function waitFor(progress: Progress, token: string, options: WaitForOptions = {}): Promise<unknown> {
  waitToken.assert(token, ["waitFor", "token"])
  const path = [`waitFor ${JSON.stringify(token)}`]
  assertKnownKeys(options, ["timeout", "schema"], path)
  const { timeout, schema } = options
  const timeoutMs = waitTimeoutMs(path, timeout)
  const look = () => awaitToken(progress.run, token, timeoutMs)
  return waitUntilEnded(progress, { kind: "wait", name: token, schema }, look)
}

function waitTimeoutMs(path: readonly string[], timeout: Duration = "30d"): number {
  return boundedMs(timeout, [...path, "timeout"], 0, LONGEST_MS)
}

interface EndableWait {
  readonly kind: "wait" | "event"
  readonly name: string
  readonly schema: StandardSchemaV1 | undefined
}

function waitUntilEnded(
  progress: Progress,
  { kind, name, schema }: EndableWait,
  look: () => Promise<EndedWait>,
): Promise<unknown> {
  return progress.waits.wait(async () => {
    const saved = await findSaved(progress, kind, name, {})
    if (saved?.value === undefined) assertMayStart(progress)
    const { ended, remainingMs } = saved?.value ? { ended: saved.value, remainingMs: 0 } : await look()
    return ended === null
      ? { remainingMs, message: `The job waits for ${JSON.stringify(name)}` }
      : { endedAtMs: saved?.endedAtMs, bring: () => resultOf(name, JSON.parse(ended), schema) }
  })
}

async function openEvent(
  progress: Progress,
  event: AnyEvent | string,
  options: OpenEventWaitOptions = {},
): Promise<void> {
  const wait = eventWaitOf(event, options)
  assertContinuable(progress.run, "openEventWait")
  assertMayStart(progress)
  await openEventWait(progress.run, wait)
}

async function waitForEvent(
  progress: Progress,
  event: AnyEvent | string,
  { timeout, schema: given, ...options }: WaitForEventOptions = {},
): Promise<unknown> {
  const wait = eventWaitOf(event, options)
  const timeoutMs = waitTimeoutMs([`waitForEvent ${JSON.stringify(wait.key)}`], timeout)
  const schema = given ?? (typeof event === "string" ? undefined : event.schema)
  const look = () => awaitEvent(progress.run, wait, timeoutMs)
  return waitUntilEnded(progress, { kind: "event", name: wait.key, schema }, look)
}

const MAX_MATCH_BYTES = 1024

function eventWaitOf(event: AnyEvent | string, options: OpenEventWaitOptions): EventWait {
  const name = typeof event === "string" ? event : event?.name
  assertName(name, ["waitForEvent", "event"])
  const path = [`waitForEvent ${JSON.stringify(name)}`]
  assertKnownKeys(options, ["match", "key"], path)
  const { match = {}, key = name } = options
  assertText(key, [...path, "key"])
  if (!isRecord(match))
    refuse("invalid_option", match, [...path, "match"], "an object that the payload has to contain")
  return { key, event: name, match: toJson(match, [...path, "match"], MAX_MATCH_BYTES).json }
}

function resultOf(token: string, ended: { value?: unknown; timedOut?: true }, schema?: StandardSchemaV1) {
  if (ended.timedOut)
    throw new WaitTimeoutError(
      "wait_timeout",
      `Nothing has ended the wait for ${JSON.stringify(token)} in time`,
    )
  return schema ? checkWaitValue(token, schema, ended.value) : ended.value
}

async function enqueueAndWait(
  progress: Progress,
  name: string,
  jobs: readonly JobToGather[],
  options: GatherOptions = {},
): Promise<unknown> {
  const path = [`enqueueAndWait ${JSON.stringify(name)}`]
  assertKnownKeys(options, ["timeout", "settled"], path)
  const { timeout, settled = false } = options
  if (typeof settled !== "boolean") refuse("invalid_option", settled, [...path, "settled"], "true or false")
  const timeoutMs = waitTimeoutMs(path, timeout)
  return progress.waits.wait(async () => {
    const saved = await findSaved(progress, "gathering", name, {})
    assertMayStart(progress)
    if (!saved) await storeGathering(progress.run, name, jobs)
    const { ended, remainingMs, endedAtMs } = await awaitGathered(progress.run, name, timeoutMs)
    return ended === null
      ? { remainingMs, message: `The job waits for the jobs of ${JSON.stringify(name)}` }
      : { endedAtMs, bring: () => bringGathered(progress.run, name, JSON.parse(ended), settled) }
  })
}

async function bringGathered(
  run: JobRun,
  name: string,
  { timedOut }: { timedOut?: true },
  settled: boolean,
): Promise<unknown> {
  if (timedOut)
    throw new WaitTimeoutError("wait_timeout", `The jobs of ${JSON.stringify(name)} have not ended in time`)
  const outcomes = await readGathered(run, name)
  return settled ? outcomes : resultsOf(name, outcomes)
}

/** As `Promise.all`, but waits until all have ended, and puts the job back if one of them lasts. */
async function all({ waits }: Progress, given: readonly unknown[]): Promise<unknown[]> {
  if (!Array.isArray(given)) refuse("invalid_option", given, ["all"], "a list of what is waited for")
  const settled = await Promise.allSettled(given)
  const errors = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []))
  const snooze = errors.find((error) => error instanceof Snooze)
  if (snooze) waits.putBack(snooze)
  if (errors.length > 0) throw errors[0]
  return settled.map((one) => one.status === "fulfilled" && one.value)
}

/** Returns what an earlier execution has saved under the name, if anything. */
async function findSaved(
  progress: Progress,
  kind: CheckpointKind,
  name: string,
  options: CheckpointOptions,
): Promise<SavedCheckpoint | undefined> {
  assertUsable(progress, kind, name, options)
  progress.namesInUse.add(name)
  progress.saved ??= loadProgress(progress.run)
  const saved = (await progress.saved).get(name)
  if (saved && saved.kind !== kind) {
    throw new SluiceError(
      "progress_mismatch",
      `${JSON.stringify(name)} is stored as a ${saved.kind} of job ${progress.run.job.id}, but the code now uses it as a ${kind}: choose another name`,
    )
  }
  return saved
}

function assertUsable(
  { run, namesInUse }: Progress,
  kind: CheckpointKind,
  name: string,
  options: CheckpointOptions,
): void {
  const path = [kind, "name"]
  if (name === undefined) refuse("invalid_option", name, path, "a name that is unique within its job")
  assertText(name, path)
  assertKnownKeys(options, ["transactional", "timeout"], [`${kind} ${JSON.stringify(name)}`])
  if (options.timeout !== undefined) timeoutMsOf(options.timeout, kind, name)
  assertContinuable(run, kind)
  if (namesInUse.has(name)) {
    throw new InvalidInputError(
      "name_taken",
      `The job ${JSON.stringify(run.job.name)} uses the name ${JSON.stringify(name)} twice in one execution: give the second ${kind} another name, for example one that contains an id`,
    )
  }
}

/** What can be transactional itself. */
const TRANSACTIONAL_KINDS: ReadonlySet<string> = new Set<CheckpointKind>(["step", "cursor"])

function assertContinuable({ job, definition }: JobRun, kind: string): void {
  if (!definition.transactional) return
  throw new SluiceError(
    "not_continuable",
    `The job ${JSON.stringify(job.name)} is transactional and can't save checkpoints: remove transactional: true from the definition and ${TRANSACTIONAL_KINDS.has(kind) ? `pass it to the ${kind}` : "pass it to the steps that write"} instead`,
  )
}

/** For work that is not transactional: by its type it takes no transaction. */
const NO_TRANSACTION = undefined as unknown as Queryable

function timeoutMsOf(timeout: Duration, kind: CheckpointKind, name: string): number {
  return boundedMs(timeout, [`${kind} ${JSON.stringify(name)}`, "timeout"], 1, LONGEST_TIMEOUT_MS)
}

/** Does the work and saves its result, which is returned as JSON. */
async function performAndSave(
  progress: Progress,
  kind: "step" | "cursor",
  name: string,
  options: StepOptions,
  work: Work,
): Promise<string | undefined> {
  assertMayStart(progress)
  isolate(progress, name, options.isolated ?? false)
  const perform = () => performAndSaveInTime(progress.run, kind, name, options, work)
  progress.underWay++
  try {
    if (options.timeout === undefined) return await perform()
    return await withTimeout(progress.run, name, timeoutMsOf(options.timeout, kind, name), perform)
  } finally {
    progress.underWay--
  }
}

/** Puts the job back if an isolated step would share the execution with other work. */
function isolate(progress: Progress, name: string, isolated: boolean): void {
  const isShared = progress.run.hasCheckpoint || progress.underWay > 0
  if ((isolated || progress.isIsolated) && isShared) {
    progress.waits.putBack(new Isolation(`${JSON.stringify(name)} is performed in another execution`))
  }
  progress.isIsolated ||= isolated
}

async function performAndSaveInTime(
  run: JobRun,
  kind: "step" | "cursor",
  name: string,
  { transactional }: CheckpointOptions,
  work: Work,
): Promise<string | undefined> {
  const perform = async (transaction: Queryable) =>
    toStorableJson(await work(transaction), [`${kind} ${JSON.stringify(name)}`])
  if (transactional) return saveInTransaction(run, kind, name, perform)
  const json = await perform(NO_TRANSACTION)
  await saveProgress(run, { kind, name, json })
  return json
}

/** Saved checkpoints can be passed at any time; new work may start only while the execution lasts. */
function assertMayStart({ run, waits, isOver }: Progress): void {
  run.cancellation.signal.throwIfAborted()
  waits.assertNone()
  if (!isOver) return
  const message = `The execution of job ${run.job.id} is over: await every step that perform starts`
  throw new SluiceError("execution_over", message)
}

/** Returns what is stored, also the first time, so that a Date is a string in every execution. */
function parseJson(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json)
}
