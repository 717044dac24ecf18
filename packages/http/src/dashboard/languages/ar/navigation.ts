import type { Messages } from "../en/index.ts"

export const navigation: Messages["navigation"] = {
  overview: "نظرة عامة",
  jobs: "المهام",
  names: "أسماء المهام",
  errors: "الأخطاء",
  queues: "الطوابير",
  schedules: "الجداول",
  batches: "الدفعات",
  waits: "الانتظارات",
  drainers: "المُصرِّفات",
  limits: "الحدود",
  health: "سلامة النظام",
  apiKeys: "مفاتيح الواجهة",
  audit: "سجل التدقيق",
}
