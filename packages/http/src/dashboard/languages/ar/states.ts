import type { Messages } from "../en/index.ts"

export const states: Messages["states"] = {
  scheduled: "مجدولة",
  ready: "جاهزة",
  blocked: "محجوبة",
  waiting: "منتظرة",
  running: "قيد التنفيذ",
  succeeded: "ناجحة",
  discarded: "مهملة",
  canceled: "ملغاة",
}
