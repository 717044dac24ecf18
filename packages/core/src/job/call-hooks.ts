import { untilAborted, withinMs } from "../checks/in-time.ts"
import { withResolvers } from "../checks/with-resolvers.ts"
import { SluiceError } from "../errors.ts"
import type { Logger } from "../logger.ts"
import type { Hooks } from "./hooks.ts"
import { shortMessage } from "./serialize-error.ts"

/** How long a hook may take. */
const LONGEST_HOOK_MS = 5_000

/** Calls a hook after the fact. Never throws: it can't change what has happened. */
export async function callHook(name: keyof Hooks, log: Logger, call: () => unknown): Promise<void> {
  try {
    await inTime(Promise.resolve().then(call))
  } catch (error) {
    logFailure(name, log, error)
  }
}

export type AroundHook = (next: () => Promise<void>) => unknown

/** What hooks surround, and for how long. */
interface Around<Value> {
  readonly name: "aroundEnqueue" | "aroundPerform"
  /** Outermost first. */
  readonly hooks: readonly AroundHook[]
  readonly work: () => Promise<Value>
  readonly log: Logger
  /** Ends the wait for the hooks. Without one, they have their time before the work, too. */
  readonly signal?: AbortSignal
}

/**
 * Calls hooks around work. Until the work begins, an error of theirs is thrown; from then on they can't change what is
 * returned or thrown.
 */
export async function callAround<Value>(around: Around<Value>): Promise<Value> {
  const { name, log, signal } = around
  const { work, begin, hasBegun, refuseToBegin } = beginning(around)
  const hooks = layersOf(around, begin, work)()
  hooks.catch(ignore)
  const untilBegun = Promise.race([hooks, hasBegun])
  await (signal ? untilAborted(untilBegun, signal) : inTime(untilBegun)).catch((error) => {
    refuseToBegin(error)
    throw error
  })
  const begun = work() as Promise<Value>
  await begun.catch(ignore)
  const atLast = inTime(hooks.catch(ignore))
  await (signal ? untilAborted(atLast, signal) : atLast).catch((error) => logFailure(name, log, error))
  return begun
}

function inTime<Value>(hook: Promise<Value>): Promise<Value> {
  return withinMs(hook, LONGEST_HOOK_MS, "A hook")
}

/** The work, which begins once, unless the wait for it has ended. */
function beginning<Value>(around: Around<Value>) {
  const { promise: hasBegun, resolve } = withResolvers<void>()
  let refusal: unknown
  let work: Promise<Value> | undefined
  return {
    hasBegun,
    work: () => work,
    refuseToBegin(reason: unknown) {
      refusal ??= reason
    },
    begin() {
      if (refusal) throw refusal
      work ??= around.work()
      work.catch(ignore)
      resolve()
      return work
    },
  }
}

/** The hooks, each with those inside it as its `next`, which may be called several times and calls them once. */
function layersOf<Value>(
  { name, hooks, log }: Around<Value>,
  begin: () => Promise<Value>,
  workOf: () => Promise<Value> | undefined,
): () => Promise<void> {
  return hooks.reduceRight<() => Promise<void>>(
    (next, hook) => () => layer(hook, next),
    async () => void (await begin()),
  )

  async function layer(hook: AroundHook, next: () => Promise<void>): Promise<void> {
    let inside: Promise<void> | undefined
    const callNext = () => {
      if (!inside) {
        inside = next()
        inside.catch(ignore) // the hook may forget to await it
      }
      return inside
    }
    try {
      await hook(callNext)
    } catch (error) {
      const work = workOf()
      if (!work) throw error
      if (error !== (await reasonOf(work))) logFailure(name, log, error)
    }
    if (!inside) throw new SluiceError("next_not_called", `The hook ${name} has not called next`)
    await inside
  }
}

function reasonOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error) => error,
  )
}

function ignore(): void {}

function logFailure(name: keyof Hooks, log: Logger, error: unknown): void {
  log.error(`The hook ${name} failed`, { error: shortMessage(error) })
}
