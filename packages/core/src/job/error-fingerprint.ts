import { createHash } from "node:crypto"

/** What of an error tells where it comes from. */
export interface FailedWith {
  readonly class: string
  readonly message: string
  readonly stack?: string | null | undefined
}

/**
 * Failures with the same fingerprint are shown as one: those of one class, from one place, whose messages differ in numbers, ids,
 * dates, addresses and quoted values only. Another release of the app keeps it as long as the function and its file keep their names.
 */
export function fingerprintOf(error: FailedWith): string {
  const parts = [error.class, messagePattern(error.message), placeOf(error.stack) ?? ""]
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16)
}

/** What is longer is data. */
const MOST_CHARACTERS = 500

/** Values that differ from one failure to the next, in this order: an id has numbers in it, a URL has ids. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/"[^"\n]*"|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)|“[^”\n]*”|«[^»\n]*»/g, "‹text›"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>()]+/gi, "‹url›"],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "‹email›"],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, "‹time›"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "‹id›"],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, "‹address›"],
  [/\b(?=[a-z_-]*\d)[0-9a-z_-]{16,}\b/gi, "‹id›"],
  [/\b(?:0x)?(?=[a-f]*\d)[0-9a-f]{7,}\b/gi, "‹id›"],
  [/\d+(?:[.,]\d+)*/g, "‹number›"],
]

/** The message without the values in it. */
export function messagePattern(message: string): string {
  const text = message.slice(0, MOST_CHARACTERS)
  return VALUES.reduce((pattern, [value, placeholder]) => pattern.replace(value, placeholder), text)
}

/** `at async Mailer.send (/app/jobs/mail.ts:12:3)`, or `at /app/jobs/mail.ts:12:3` */
const FRAME = /^\s*at (?:(?:async )?(.+?) \()?(?:file:\/\/)?([^()\s][^()]*?):\d+:\d+\)?$/

/**
 * Where in the app's code the error comes from, without the line, which the next release moves: `Mailer.send (jobs/mail.ts)`.
 * Undefined if its stack has no frame of the app.
 */
export function placeOf(stack: string | null | undefined): string | undefined {
  for (const line of (stack ?? "").split("\n", 40)) {
    const [, called = "", path] = FRAME.exec(line) ?? []
    if (path === undefined || isForeign(path)) continue
    const file = path.split(/[\\/]/).slice(-2).join("/")
    const name = called.replace(/^Object\.| \[as .*\]$/g, "").replace(/^<anonymous>$/, "")
    return name === "" ? file : `${name} (${file})`
  }
  return undefined
}

function isForeign(path: string): boolean {
  return path.startsWith("node:") || /[\\/]node_modules[\\/]|^<anonymous>/.test(path)
}
