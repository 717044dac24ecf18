import { styleText } from "node:util"
import { onOneLine } from "@sluice/core/log"

export type Style = "red" | "green" | "yellow" | "cyan" | "dim" | "bold"

/** Colours are for terminals, and never with NO_COLOR. */
export const hasColors = !process.env.NO_COLOR && (process.stdout.hasColors?.() ?? false)

/** Characters of a line. Pipes and files take any number. */
export const width = process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY

/** Whether somebody sits there, who can be asked and shown progress. */
export const isAttended = process.stdin.isTTY === true && process.stderr.isTTY === true

/** Text from the database, which must not steer the terminal. */
export function plain(text: string): string {
  return onOneLine(text)
}

export function styled(text: string, style: Style | undefined): string {
  return style !== undefined && hasColors ? styleText(style, text, { validateStream: false }) : text
}

const STYLES: Readonly<Record<string, Style>> = {
  succeeded: "green",
  running: "cyan",
  ready: "cyan",
  discarded: "red",
  failed: "red",
  canceled: "yellow",
  blocked: "yellow",
  paused: "yellow",
  scheduled: "dim",
  waiting: "dim",
}

export function styleOfState(state: string): Style | undefined {
  return STYLES[state]
}

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2))
}

/** `1 job`, `1,234 jobs`. */
export function counted(count: number, noun: string): string {
  const plural = /(s|x|ch)$/.test(noun) ? `${noun}es` : `${noun}s`
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
