import type { OptionName, Options } from "./options.ts"

/** One command, such as `sluice jobs list`. */
export interface Command {
  /** One line, for the list of commands. */
  readonly summary: string
  /** What it takes beside options: `<id>`, `[ids...]`, with an explanation. */
  readonly takes?: Readonly<Record<string, string>>
  /** The options that it takes, beside those of the database, in the order in which help lists them. */
  readonly options: readonly OptionName[]
  /** Needs no database. */
  readonly isOffline?: boolean
  /** May be called without the address of a database. */
  readonly mayLackDatabase?: boolean
  /** Takes variables that aren't set from the file .env, as the app that it runs does. */
  readonly readsEnvFile?: boolean
  /** Command lines, each with what it does. */
  readonly examples?: Readonly<Record<string, string>>
  /** @returns The exit code. */
  readonly run: (options: Options, words: readonly string[]) => Promise<number>
}
