import type { Messages } from "../en/index.ts"

export const pauses: Messages["pauses"] = {
  pause: "Pausar",
  resume: "Reanudar",
  for: "Durante cuánto tiempo",
  forever: "Hasta que se reanude",
  paused: "En pausa",
  ends: "termina {time}",
  didPause: "{target} está en pausa.",
  didResume: "{target} vuelve a funcionar.",
}
