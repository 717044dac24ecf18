import type { Messages } from "../en/index.ts"

export const audit: Messages["audit"] = {
  title: "سجل التدقيق",
  lead: "ما فعله الأشخاص والبرامج بالمهام والطوابير والجداول والمفاتيح خلال آخر 90 يومًا.",
  when: "متى",
  actor: "مَن",
  action: "الإجراء",
  target: "بشأن",
  jobs: "المهام",
  via: "عبر",
  outcome: "النتيجة",
  vias: { api: "واجهة API", dashboard: "لوحة التحكم", cli: "سطر الأوامر", library: "الشيفرة" },
  someOf: "{changed} من {matched}",
  done: "تم",
  failed: "فشل",
  notEnded: "لم ينتهِ",
  none: "لم يُسجَّل شيء بعد",
  noneYet:
    "تظهر هنا الإجراءات التي تتم عبر واجهة API ولوحة التحكم هذه وسطر الأوامر. إضافة المهام عبر واجهة API لا تُسجَّل.",
  noneMatch: "لا يوجد إجراء مطابق",
  showAll: "عرض كل الإجراءات",
}
