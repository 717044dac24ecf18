import type { Messages } from "../en/index.ts"

export const navigation: Messages["navigation"] = {
  overview: "Vue d’ensemble",
  jobs: "Jobs",
  names: "Noms de jobs",
  errors: "Erreurs",
  queues: "Files",
  schedules: "Planifications",
  batches: "Lots",
  waits: "Attentes",
  drainers: "Drainers",
  limits: "Limites",
  health: "Santé",
  apiKeys: "Clés d’API",
  audit: "Journal d’audit",
}
