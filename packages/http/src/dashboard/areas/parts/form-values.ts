import { type Duration, durationMs } from "@sluice/core"
import type { View } from "../../page.ts"
import { JsonProblem, jsonIn } from "./json-in.ts"

/** What a form's text can't be read as, by field. */
export class FieldError extends Error {
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.name = "FieldError"
    this.field = field
  }
}

/** The text of a field, undefined if it is empty. */
export function textOf(form: URLSearchParams, field: string): string | undefined {
  const text = form.get(field)?.trim()
  return text ? text : undefined
}

export function numberOf(form: URLSearchParams, field: string, complaint: string): number | undefined {
  const text = textOf(form, field)
  if (text === undefined) return undefined
  const number = Number(text)
  if (!Number.isFinite(number)) throw new FieldError(field, complaint)
  return number
}

export function tagsOf(form: URLSearchParams, field: string): string[] | undefined {
  return textOf(form, field)
    ?.split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "")
}

export function jsonOf(view: View, form: URLSearchParams, field: string, complaint?: string): unknown {
  try {
    return jsonIn(view, form.get(field), complaint ?? view.text.jobs.notJson)
  } catch (error) {
    throw error instanceof JsonProblem ? new FieldError(field, error.message) : error
  }
}

/** When a job is to be due: `5m` from now, or at a time. */
export function dueOf(
  form: URLSearchParams,
  field: string,
  complaint: string,
): { runAt?: Date; delay?: Duration } {
  const text = textOf(form, field)
  if (text === undefined) return {}
  if (/^[\d.]+(ms|s|m|h|d)/.test(text)) return { delay: delayOf(text, field, complaint) }
  const runAt = new Date(text)
  if (Number.isNaN(runAt.getTime())) throw new FieldError(field, complaint)
  return { runAt }
}

function delayOf(text: string, field: string, complaint: string): number {
  try {
    return durationMs(text) / 1_000
  } catch {
    throw new FieldError(field, complaint)
  }
}
