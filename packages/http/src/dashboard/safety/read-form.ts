/** Why a form was not read. */
export type FormRefusal = "too_large" | "too_late" | "not_a_form"

/** The status and the text, of `text.shell`, of each. */
export const FORM_REFUSALS = {
  too_large: [413, "tooLarge"],
  too_late: [408, "tooLate"],
  not_a_form: [415, "notAForm"],
} as const satisfies Record<FormRefusal, readonly [status: number, text: string]>

/** The largest payload that a job may have, in the encoding of forms. */
const MAX_BODY_BYTES = 1024 * 1024
const LONGEST_BODY_MS = 10_000

/** Reads a form's fields, within limits of size and time. */
export async function readForm(request: Request): Promise<URLSearchParams | FormRefusal> {
  const type = request.headers.get("content-type") ?? ""
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return "not_a_form"
  if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES) return "too_large"
  const reader = request.body?.getReader()
  if (!reader) return new URLSearchParams()
  let late: NodeJS.Timeout | undefined
  const timeout = new Promise<"too_late">((resolve) => {
    late = setTimeout(() => resolve("too_late"), LONGEST_BODY_MS)
  })
  try {
    const read = await Promise.race([readAll(reader), timeout])
    return typeof read === "string" ? read : new URLSearchParams(read.toString())
  } finally {
    clearTimeout(late)
    await reader.cancel().catch(() => {})
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Buffer | "too_large"> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  while (true) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    bytes += value.byteLength
    if (bytes > MAX_BODY_BYTES) return "too_large"
    chunks.push(value)
  }
}
