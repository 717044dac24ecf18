import type { Messages } from "../en/index.ts"

export const navigation: Messages["navigation"] = {
  overview: "Übersicht",
  jobs: "Jobs",
  names: "Jobnamen",
  errors: "Fehler",
  queues: "Queues",
  schedules: "Zeitpläne",
  batches: "Batches",
  waits: "Warten",
  drainers: "Drainer",
  limits: "Limits",
  health: "Systemzustand",
  apiKeys: "API-Schlüssel",
  audit: "Prüfprotokoll",
}
