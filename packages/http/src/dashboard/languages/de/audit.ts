import type { Messages } from "../en/index.ts"

export const audit: Messages["audit"] = {
  title: "Prüfprotokoll",
  lead: "Was Menschen und Programme in den letzten 90 Tagen mit Jobs, Queues, Zeitplänen und Schlüsseln getan haben.",
  when: "Wann",
  actor: "Wer",
  action: "Aktion",
  target: "Betrifft",
  jobs: "Jobs",
  via: "Über",
  outcome: "Ergebnis",
  vias: { api: "API", dashboard: "Dashboard", cli: "Befehlszeile", library: "Code" },
  someOf: "{changed} von {matched}",
  done: "Erledigt",
  failed: "Fehlgeschlagen",
  notEnded: "Nicht beendet",
  none: "Noch nichts aufgezeichnet",
  noneYet:
    "Hier erscheinen Aktionen über die API, dieses Dashboard und die Befehlszeile. Über die API eingereihte Jobs werden nicht aufgezeichnet.",
  noneMatch: "Keine Aktion passt dazu",
  showAll: "Alle Aktionen zeigen",
}
