import { durationMs } from "../checks/duration.ts"
import { assertPolicies } from "../checks/policies.ts"
import { assertText } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { callOption } from "./call-option.ts"
import { COMPUTABLE, type Computable } from "./computed-by-code.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import type { EnqueueOptions } from "./job-options.ts"
import { completeUnique } from "./unique-rule.ts"

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
