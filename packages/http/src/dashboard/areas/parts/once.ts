import { createHash } from "node:crypto"
import { textOf } from "./form-values.ts"

/**
 * The key of what a form does once: a form that is sent twice, by two clicks or by going back, has the same one, and another if it was
 * edited between. Undefined: the form has no field `once`, which tells it from others with the same content.
 */
export function onceKeyOf(form: URLSearchParams): string | undefined {
  if (textOf(form, "once") === undefined) return undefined
  const sent = Array.from(form).filter(([field]) => field !== "csrf")
  return `dashboard ${createHash("sha256").update(JSON.stringify(sent)).digest("hex")}`
}
