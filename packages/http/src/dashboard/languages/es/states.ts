import type { Messages } from "../en/index.ts"

export const states: Messages["states"] = {
  scheduled: "Programado",
  ready: "Listo",
  blocked: "Bloqueado",
  waiting: "En espera",
  running: "En curso",
  succeeded: "Completado",
  discarded: "Descartado",
  canceled: "Cancelado",
}
