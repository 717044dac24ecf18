import type { Messages } from "../en/index.ts"

export const states: Messages["states"] = {
  scheduled: "Planifié",
  ready: "Prêt",
  blocked: "Bloqué",
  waiting: "En attente",
  running: "En cours",
  succeeded: "Réussi",
  discarded: "Abandonné",
  canceled: "Annulé",
}
