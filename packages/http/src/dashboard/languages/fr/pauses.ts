import type { Messages } from "../en/index.ts"

export const pauses: Messages["pauses"] = {
  pause: "Suspendre",
  resume: "Reprendre",
  for: "Pour combien de temps",
  forever: "Jusqu’à la reprise",
  paused: "Suspendu",
  ends: "fin {time}",
  didPause: "{target} est suspendu.",
  didResume: "{target} a repris.",
}
