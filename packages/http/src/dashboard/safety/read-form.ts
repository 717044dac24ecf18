import { readBounded } from "../../messages/read-bounded.ts"
import { fill } from "../languages/text.ts"
import type { Reader } from "../reader.ts"

/** Why a form was not read. */
export type FormRefusal = "too_large" | "too_late" | "not_a_form"

const REFUSALS = {
  too_large: [413, "tooLarge"],
  too_late: [408, "tooLate"],
  not_a_form: [415, "notAForm"],
} as const satisfies Record<FormRefusal, readonly [status: number, text: string]>

/** The largest payload that a job may have, in the encoding of forms. */
const MAX_BODY_BYTES = 1024 * 1024
const LONGEST_BODY_MS = 10_000

/** The status of the answer, and what it says. */
export function explainRefusal({ text, format }: Pick<Reader, "text" | "format">, refusal: FormRefusal) {
  const [status, name] = REFUSALS[refusal]
  return { status, says: fill(text.shell[name], { limit: format.bytes(MAX_BODY_BYTES) }) }
}

/** Reads a form's fields, within limits of size and time. */
export async function readForm(request: Request): Promise<URLSearchParams | FormRefusal> {
  const type = request.headers.get("content-type") ?? ""
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return "not_a_form"
  if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES) return "too_large"
  const late = AbortSignal.timeout(LONGEST_BODY_MS)
  const body = request.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal: late })
  try {
    const read = await readBounded(body ?? null, MAX_BODY_BYTES)
    return read === undefined ? "too_large" : new URLSearchParams(read.toString())
  } catch (error) {
    if (late.aborted) return "too_late"
    throw error
  }
}
