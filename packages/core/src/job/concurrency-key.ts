import { assertText } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { callOption } from "./call-option.ts"
import type { AnyJobDefinition } from "./define-job.ts"
import { checkPayload } from "./payload.ts"

/**
 * The concurrency key of a job with this payload, which matches the definition's input; undefined if the definition
 * limits nothing. Throws `InvalidInputError` if its function throws or returns something else than a key.
 */
export function concurrencyKeyOf(
  { name, concurrency }: Pick<AnyJobDefinition, "name" | "concurrency">,
  payload: unknown,
): string | undefined {
  const key =
    typeof concurrency?.key === "function"
      ? callOption(name, "concurrency key", concurrency.key, payload)
      : concurrency?.key
  assertText(key, ["options", "concurrencyKey"])
  return key
}

/** Does the same for a job that was stored by its name alone, whose payload nobody has checked yet. */
export async function storedConcurrencyKeyOf(
  definition: AnyJobDefinition,
  payload: unknown,
): Promise<string | undefined> {
  if (definition.input) await checkPayload(definition.name, definition.input, payload)
  const key = concurrencyKeyOf(definition, payload)
  if (key !== undefined || !definition.concurrency) return key
  throw new InvalidInputError("invalid_payload", "The function of the concurrency key returned undefined")
}
