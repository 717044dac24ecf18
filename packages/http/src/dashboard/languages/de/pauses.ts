import type { Messages } from "../en/index.ts"

export const pauses: Messages["pauses"] = {
  pause: "Anhalten",
  resume: "Fortsetzen",
  for: "Wie lange",
  forever: "Bis jemand fortsetzt",
  paused: "Angehalten",
  ends: "endet {time}",
  didPause: "{target} ist angehalten.",
  didResume: "{target} läuft wieder.",
}
