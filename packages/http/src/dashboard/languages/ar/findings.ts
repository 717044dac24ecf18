import type { Messages } from "../en/index.ts"

const MIGRATE = "شغّل sluice migrate"
const CLOCKS = "اضبط الساعتين عبر NTP: المهام تُستحق وفق ساعة قاعدة البيانات"
const VACUUM =
  "أنهِ المعاملات القديمة التي تُبقي الصفوف الميتة، وتحقق من عمل autovacuum؛ والأمر vacuum jobs ينظفها فورًا"

export const findings: Messages["findings"] = {
  not_examined: { text: "لم يُفحص: {error}" },

  server_version_fits: { text: "الإصدار PostgreSQL {version}؛ ويحتاج Sluice إلى {oldest} أو أحدث" },
  server_too_old: {
    text: "الإصدار PostgreSQL {version}؛ ويحتاج Sluice إلى {oldest} أو أحدث",
    remedy: "حدّث الخادم",
  },
  schema_missing: { text: "لم يُرحَّل: لا يوجد مخطط {schema} خاص بـ Sluice", remedy: MIGRATE },
  schema_old: {
    text: "المخطط {schema} في الإصدار {version}، وهذه الحزمة في الإصدار {wanted}",
    remedy: MIGRATE,
  },
  schema_version_fits: { text: "المخطط {schema} في الإصدار {version}، وهذه الحزمة في الإصدار {wanted}" },

  connection_direct: { text: "الاتصال مباشر" },
  session_pooler: {
    text: "أمام قاعدة البيانات مجمِّع اتصالات يوزع حسب الجلسات، وهذا ما تقبله المُصرِّفات",
  },
  transaction_pooler: {
    text: "أمام قاعدة البيانات مجمِّع اتصالات يوزع حسب المعاملات",
    remedy: "استخدمه لإضافة المهام، وأعطِ المُصرِّفات العنوان المباشر",
  },
  neon_pooler: {
    text: "العنوان {host} هو عنوان مجمِّع المعاملات في Neon",
    remedy: "استخدمه لإضافة المهام، وأعطِ المُصرِّفات العنوان {direct}",
  },
  rds_proxy: {
    text: "العنوان {host} هو عنوان RDS Proxy الذي يوزع حسب المعاملات",
    remedy: "استخدمه لإضافة المهام، وأعطِ المُصرِّفات عنوان العنقود أو النسخة",
  },
  pooler: {
    text: "أمام قاعدة البيانات مجمِّع اتصالات",
    remedy: "إن كان يوزع حسب المعاملات فأعطِ المُصرِّفات العنوان المباشر؛ والأمر sluice doctor يبيّن ذلك",
  },
  connection_unknown: { text: "لا يبيّن الاتصال هل أمام قاعدة البيانات مجمِّع اتصالات" },

  writes_accepted: { text: "الخادم يقبل الكتابة" },
  server_is_standby: {
    text: "الخادم احتياطي لا يقبل الكتابة: لا يمكن إضافة أي مهمة أو تنفيذها",
    remedy: "أعطِ عنوان الخادم الأساسي، أو رقِّ هذا الخادم: select pg_promote()",
  },
  writes_off: {
    text: "الإعداد default_transaction_read_only مفعَّل لهذا الدور: لا يمكن به إضافة أي مهمة أو تنفيذها",
    remedy:
      "عطّله للدور أو لقاعدة البيانات أو للخادم. بعض المستضيفين يفعّلونه حين يمتلئ القرص: أفرغ مساحة أولًا",
  },

  settings_fit: { text: "إعدادات الخادم مناسبة" },
  autovacuum_off: {
    text: "الإعداد autovacuum معطَّل: لا تُنظَّف الصفوف الميتة أبدًا",
    remedy: "فعّل autovacuum",
  },
  track_counts_off: {
    text: "الإعداد track_counts معطَّل: لا يرى autovacuum ما ينبغي تنظيفه",
    remedy: "فعّل track_counts",
  },
  fsync_off: {
    text: "الإعداد fsync معطَّل: قد يؤدي انهيار الجهاز إلى فقد قاعدة البيانات كلها",
    remedy: "فعّل fsync",
  },
  full_page_writes_off: {
    text: "الإعداد full_page_writes معطَّل: قد يؤدي انهيار الجهاز إلى تلف قاعدة البيانات",
    remedy: "فعّل full_page_writes",
  },
  synchronous_commit_off: {
    text: "الإعداد synchronous_commit معطَّل: قد يؤدي انهيار الخادم إلى فقد مهام الثانية الأخيرة",
    remedy: "فعّل synchronous_commit",
  },

  clocks_agree: { text: "ساعتا قاعدة البيانات وهذا الجهاز متفقتان" },
  clock_ahead: {
    text: "ساعة قاعدة البيانات متقدمة على ساعة هذا الجهاز بمقدار {differenceMs}",
    remedy: CLOCKS,
  },
  clock_behind: {
    text: "ساعة قاعدة البيانات متأخرة عن ساعة هذا الجهاز بمقدار {differenceMs}",
    remedy: CLOCKS,
  },

  lock_room_enough: {
    text: "السعة {room} من الأقفال، المحجوز منها الآن {held}؛ وتستخدم المُصرِّفات (وعددها {maxDrainers}) {used} على الأكثر",
  },
  lock_room_low: {
    text: "السعة {room} من الأقفال، المحجوز منها الآن {held}؛ وقد تستخدم المُصرِّفات (وعددها {maxDrainers}) {used} على الأكثر",
    remedy: "لكي تكفي تسحب المُصرِّفات دفعات أصغر؛ والإعداد max_locks_per_transaction يحدد السعة",
  },
  connection_room_enough: {
    text: "السعة {room} من الاتصالات؛ وتستخدم المُصرِّفات (وعددها {maxDrainers}) {used} على الأكثر، لكل منها {transactional} لمهام المعاملات. المفتوح الآن {open}",
  },
  connection_room_low: {
    text: "السعة {room} من الاتصالات، وهي أقل مما يكفي المُصرِّفات (وعددها {maxDrainers})، التي تستخدم {used}",
    remedy: "ارفع max_connections أو حد الدور أو حد قاعدة البيانات، أو اخفض maxDrainers",
  },

  transactions_short: { text: "لا توجد معاملة مفتوحة منذ أكثر من 5 دقائق" },
  transactions_hidden: {
    text: "لا توجد بين المعاملات الظاهرة معاملة مفتوحة منذ أكثر من 5 دقائق؛ ومعاملات {hidden} من جلسات الأدوار الأخرى غير ظاهرة",
    remedy: "لرؤيتها امنح هذا الدور pg_read_all_stats",
  },
  transaction_long: {
    text: "هناك معاملة مفتوحة منذ {ageMs} (pid {pid}، الدور {role}، {session}): لا يمكن تنظيف الصفوف التي حُذفت منذئذ",
    remedy:
      "دعها تنتهي أو أنهها: select pg_terminate_backend({pid}). والإعداد idle_in_transaction_session_timeout ينهي الجلسات التي تنسى معاملاتها",
  },
  prepared_transaction_long: {
    text: "حضّر الدور {role} معاملة باسم {gid} قبل {ageMs}: لا يمكن تنظيف الصفوف التي حُذفت منذئذ",
    remedy: "أنهها: commit prepared '{gid}' أو rollback prepared '{gid}'",
  },

  history_ready: { text: "قسم الغد من السجل موجود" },
  history_missing: { text: "قسم الغد من السجل غير موجود؛ وينشئه المُصرِّف التالي" },
  upkeep_well: { text: "لا تفشل أي خطوة من الصيانة" },
  upkeep_failing: {
    text: "تفشل خطوات من الصيانة: {steps}. أما الخطوات الأخرى فتُنجز",
    each: "{step} (عدد المرات {failures}، آخرها {failedAt}: {error})",
  },
  dead_rows_few: {
    text: "يشغل جدول المهام {tableBytes}، الصفوف الحية فيه {liveRows}، والميتة {deadRows}",
  },
  dead_rows_many: {
    text: "يشغل جدول المهام {tableBytes}، الصفوف الحية فيه {liveRows}، والميتة {deadRows}؛ وآخر تنظيف له {vacuumedAt}",
    remedy: VACUUM,
  },
  never_vacuumed: {
    text: "يشغل جدول المهام {tableBytes}، الصفوف الحية فيه {liveRows}، والميتة {deadRows}؛ ولم يُنظَّف قط",
    remedy: VACUUM,
  },

  timeouts_fit: { text: "مهلة كل مهمة تتسع لها مدة التصريف" },
  timeouts_too_long: {
    text: "للمُصرِّفات {budgetMs}، وهي أقل من مهلة {definitions}",
    each: "{name} ({timeoutMs})",
    remedy: "قصّرها، أو نفّذ هذه المهام في مكان آخر",
  },
  names_known: { text: "كل مهمة منتظرة يعرفها مُصرِّف" },
  names_unknown: {
    text: "تنتظر مهام لا يستطيع أي مُصرِّف من اليوم الأخير تنفيذها: {names}",
    each: "{name} ({jobs} منذ {sinceAt})",
    remedy: "انشر تعريفاتها",
  },
  queues_served: { text: "يخدم مُصرِّف طابور كل مهمة منتظرة" },
  queues_unserved: {
    text: "تنتظر مهام في طوابير لم يخدمها أي مُصرِّف منذ يوم: {queues}",
    each: "{queue} ({jobs} منذ {sinceAt})",
    remedy: "أضف الطوابير إلى مجموعة",
  },
}
