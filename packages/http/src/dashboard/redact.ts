import { refuse } from "@sluice/core/checks"
import type { Redacted } from "./page.ts"

/** Stands for a value that readers may not see. `Json` shows it as a mark, and not as text. */
export class Hidden {
  toJSON(): string {
    return "[hidden]"
  }
}

export const hidden: Hidden = new Hidden()

/** What readers may see of a payload, a result, metadata, progress, an error or a log line. */
export type Redact = (value: unknown, of: Redacted) => unknown

/** Names of values that nobody should read on a page. */
const SECRET =
  /pass(word|wd|phrase)|secret|token|api[-_]?key|authorization|cookie|credential|private[-_]?key/i

/**
 * Hides the values of fields whose names match, at any depth. Default: names of secrets, such as `password`, `apiKey` and
 * `authorization`.
 */
export function redactKeys(pattern: RegExp = SECRET): Redact {
  if (!(pattern instanceof RegExp)) refuse("invalid_option", pattern, ["redactKeys"], "a regular expression")
  const isSecret = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""))
  return (value) => redactIn(value, isSecret, 0)
}

const DEEPEST = 200

function redactIn(value: unknown, secret: RegExp, depth: number): unknown {
  if (typeof value !== "object" || value === null || value instanceof Hidden) return value
  if (depth > DEEPEST) return hidden
  if (Array.isArray(value)) return value.map((each) => redactIn(each, secret, depth + 1))
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    secret.test(key) && each !== null ? hidden : redactIn(each, secret, depth + 1),
  ])
  return Object.fromEntries(entries)
}
