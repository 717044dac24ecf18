/** Stands for the result of a job that was performed elsewhere, and could not be sent from there. */
export class DroppedResult {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}
