export const navigation = {
  overview: "Overview",
  jobs: "Jobs",
  names: "Job names",
  queues: "Queues",
  schedules: "Schedules",
  batches: "Batches",
  waits: "Waits",
  drainers: "Drainers",
  limits: "Limits",
  errors: "Errors",
  health: "Health",
  audit: "Audit log",
}
