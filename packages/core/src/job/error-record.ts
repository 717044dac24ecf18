import { fingerprintOf } from "./error-fingerprint.ts"
import { MAX_MESSAGE_CHARACTERS, MAX_STACK_CHARACTERS, serializeError } from "./serialize-error.ts"

const MAX_CLASS_CHARACTERS = 200

/** How much of an error's text is recorded: all, in ASCII (which every server encoding can store), or nothing. */
export type RecordedText = "full" | "ascii" | "none"

/** The columns of an error. Whatever was thrown, its record can be written. */
export function errorRecord(error: unknown, text: RecordedText) {
  const { name, message, stack, code } = serializeError(error)
  const error_fingerprint = fingerprintOf({ class: name, message, stack })
  if (text === "none")
    return { error_class: "Error", error_message: "(the error text can't be stored)", error_fingerprint }
  const encode = text === "ascii" ? toAscii : (full: string) => full
  return {
    error_class: toStorableText(encode(name), MAX_CLASS_CHARACTERS),
    error_message: toStorableText(encode(message), MAX_MESSAGE_CHARACTERS),
    error_stack: stack && toStorableText(encode(stack), MAX_STACK_CHARACTERS),
    error_code: code,
    error_fingerprint,
  }
}

function toAscii(text: string): string {
  return text.replace(/[^\t\n\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

function toStorableText(text: string, maxCharacters: number): string {
  return text.replaceAll("\0", "\uFFFD").slice(0, maxCharacters).toWellFormed()
}
