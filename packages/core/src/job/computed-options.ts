import { durationMs } from "../checks/duration.ts"
import { assertPolicies, assertText } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { callOption } from "./call-option.ts"
import { isInOrder, limitsOf } from "./concurrency.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import { computesFairKey } from "./fair-share.ts"
import type { EnqueueOptions } from "./job-options.ts"
import { completeUnique } from "./unique-rule.ts"

/** Options of an enqueue that a definition may compute from the payload. */
const COMPUTABLE = ["queue", "priority", "delay", "uniqueKey", "idempotencyKey"] as const
type Computable = (typeof COMPUTABLE)[number]

type Options = Omit<EnqueueOptions, "transaction" | "request">

/**
 * The options of a call with those that the definition computes from the payload, or its delay, where the call doesn't say
 * them. The payload matches the definition's input. Throws `InvalidInputError` if a function throws or returns no such option.
 */
export function completeOptions(definition: AnyJobDefinition, payload: unknown, given: Options): Options {
  const names = completedBy(definition)
  const isUnique = definition.unique !== undefined || given.unique !== undefined
  if (names.length === 0 && !isUnique) return given
  const options: Record<string, unknown> = { ...given }
  for (const name of names) {
    if (given[name] !== undefined || (name === "delay" && given.runAt !== undefined)) continue
    const rule = definition[name]
    if (isUnique && name === "uniqueKey") continue
    options[name] = typeof rule === "function" ? compute(definition.name, name, rule, payload) : rule
  }
  if (isUnique) {
    options.unique = completeUnique(definition, payload, given)
    options.uniqueKey = undefined
  }
  return options as Options
}

/** Which options an enqueue without the definition has to give, because only its code can compute them. */
export function computedOptions(definition: AnyJobDefinition): string[] {
  const [limit] = limitsOf(definition)
  return [
    ...computedBy(definition),
    ...(computesFairKey(definition) ? ["fairKey"] : []),
    ...(limit && isInOrder(limit) && typeof limit.key === "function" ? ["concurrencyKey"] : []),
  ]
}

function computedBy(definition: AnyJobDefinition): Computable[] {
  return COMPUTABLE.filter(
    (name) => typeof (name === "uniqueKey" ? uniqueKeyOf(definition) : definition[name]) === "function",
  )
}

function uniqueKeyOf({ uniqueKey, unique }: AnyJobDefinition) {
  return unique ? unique.key : uniqueKey
}

const completed = new WeakMap<AnyJobDefinition, readonly Computable[]>()

/** A definition's other options are looked up where they are needed. */
function completedBy(definition: AnyJobDefinition): readonly Computable[] {
  const known = completed.get(definition)
  if (known) return known
  const names = COMPUTABLE.filter(
    (name) => typeof definition[name] === "function" || (name === "delay" && definition.delay !== undefined),
  )
  completed.set(definition, names)
  return names
}

function compute(job: string, name: Computable, rule: (payload: unknown) => unknown, payload: unknown) {
  const value = callOption(job, name, rule, payload)
  if (value === undefined) return undefined
  try {
    assertComputed(name, value)
  } catch (error) {
    const { code, message } = error as InvalidInputError
    throw new InvalidInputError(
      code,
      `The ${name} of the job ${JSON.stringify(job)}, as computed from this payload: ${message}`,
      {
        path: ["options", name],
        cause: error,
      },
    )
  }
  return value
}

function assertComputed(name: Computable, value: unknown): void {
  const path = ["options", name]
  if (name === "delay") durationMs(value as string, path)
  else if (name === "queue" || name === "priority") assertPolicies({ [name]: value }, ["options"])
  else assertText(value, path)
}
