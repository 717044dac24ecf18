import type { Messages } from "../en/index.ts"

export const navigation: Messages["navigation"] = {
  overview: "Resumen",
  jobs: "Trabajos",
  names: "Nombres de trabajos",
  errors: "Errores",
  queues: "Colas",
  schedules: "Programaciones",
  batches: "Lotes",
  waits: "Esperas",
  drainers: "Drainers",
  limits: "Límites",
  health: "Salud",
  apiKeys: "Claves de API",
  audit: "Auditoría",
}
