import type { Messages } from "../en/index.ts"

export const pauses: Messages["pauses"] = {
  pause: "إيقاف مؤقت",
  resume: "استئناف",
  for: "المدة",
  forever: "حتى الاستئناف",
  paused: "متوقف مؤقتًا",
  ends: "ينتهي {time}",
  didPause: "أُوقف {target} مؤقتًا.",
  didResume: "استُؤنف {target}.",
}
