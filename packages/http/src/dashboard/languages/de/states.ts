import type { Messages } from "../en/index.ts"

export const states: Messages["states"] = {
  scheduled: "Geplant",
  ready: "Bereit",
  blocked: "Blockiert",
  waiting: "Wartend",
  running: "Läuft",
  succeeded: "Erfolgreich",
  discarded: "Verworfen",
  canceled: "Abgebrochen",
}
