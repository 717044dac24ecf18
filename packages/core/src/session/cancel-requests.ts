/** Passes on which jobs are to be canceled, from the statements that read it to whoever performs the jobs. */
export interface CancelRequests {
  /** Tells of jobs that the drainer has in flight, as often as they are read. */
  tell(ids: readonly string[]): void
  onRequest(listener: (ids: readonly string[]) => void): void
}

export function createCancelRequests(): CancelRequests {
  let listener: (ids: readonly string[]) => void = () => {}
  return {
    tell: (ids) => listener(ids),
    onRequest(given) {
      listener = given
    },
  }
}
