/** What a look at the database and its server has found of one thing. */
export interface Finding {
  /** What was examined: stable, for programs. */
  readonly check: string
  /** `note`: nothing is wrong, but worth knowing. `wrong`: jobs can't run, or won't soon. */
  readonly level: "ok" | "note" | "wrong"
  /** What was found: stable, for programs, and for who says it in another language. */
  readonly code: string
  /** What the text and the remedy tell of it. */
  readonly values: FindingValues
  /** In English. */
  readonly text: string
  /** What to do, in English. Missing if there is nothing to do. */
  readonly remedy?: string
}

/**
 * Names that end in `Ms`, `Bytes` and `At` are those of durations, sizes and instants (ISO 8601). A list has an object for each thing
 * that the finding names.
 */
export interface FindingValues {
  readonly [name: string]: string | number | readonly FindingValues[]
}

export interface ExamineOptions {
  /**
   * How many drainers there may be at once, over all processes. Default: the `maxDrainers` of each pool that drained in the last day, added
   * up; 10 if none did.
   */
  readonly maxDrainers?: number
}
