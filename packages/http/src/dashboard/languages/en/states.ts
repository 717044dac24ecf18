/** The words of job states in badges, tabs and filters. */
export const states = {
  scheduled: "Scheduled",
  ready: "Ready",
  blocked: "Blocked",
  waiting: "Waiting",
  running: "Running",
  succeeded: "Succeeded",
  discarded: "Discarded",
  canceled: "Canceled",
}
