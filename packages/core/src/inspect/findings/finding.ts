/** What a look at the database and its server has found of one thing. */
export interface Finding {
  /** What was examined: stable, for programs. */
  readonly check: string
  /** `note`: nothing is wrong, but worth knowing. `wrong`: jobs can't run, or won't soon. */
  readonly level: "ok" | "note" | "wrong"
  readonly text: string
  /** What to do. Missing if there is nothing to do. */
  readonly remedy?: string
}

export interface ExamineOptions {
  /**
   * How many drainers there may be at once, over all processes. Default: the `maxDrainers` of each pool that drained in the last day, added
   * up; 10 if none did.
   */
  readonly maxDrainers?: number
}
