import { SluiceError } from "@sluice/core"

/** What a command ends with, beside 0. Documented in docs/command-line.md. */
export const EXIT = {
  /** Something wasn't found, was left as it is, or couldn't be printed. */
  unchanged: 1,
  usage: 2,
  /** The database can't be reached or used. */
  database: 3,
  interrupted: 130,
} as const

/** Somebody has answered a question with Ctrl-C. */
export class Interruption extends SluiceError {
  static override readonly name: string = "Interruption"

  constructor() {
    super("interrupted", "Nothing was changed")
  }
}
