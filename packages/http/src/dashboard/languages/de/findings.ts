import type { Messages } from "../en/index.ts"

const MIGRATE = "sluice migrate ausführen"
const CLOCKS = "Beide Uhren über NTP stellen: Jobs sind nach der Uhr der Datenbank fällig"
const VACUUM =
  "Alte Transaktionen beenden, die tote Zeilen festhalten, und nachsehen, ob Autovacuum läuft; vacuum jobs räumt sie sofort weg"

export const findings: Messages["findings"] = {
  not_examined: { text: "nicht untersucht: {error}" },

  server_version_fits: { text: "PostgreSQL {version}; Sluice braucht mindestens {oldest}" },
  server_too_old: {
    text: "PostgreSQL {version}; Sluice braucht mindestens {oldest}",
    remedy: "Den Server aktualisieren",
  },
  schema_missing: { text: "nicht migriert: es gibt kein Schema {schema} von Sluice", remedy: MIGRATE },
  schema_old: {
    text: "das Schema {schema} hat die Version {version}, dieses Paket {wanted}",
    remedy: MIGRATE,
  },
  schema_version_fits: { text: "das Schema {schema} hat die Version {version}, dieses Paket {wanted}" },

  connection_direct: { text: "die Verbindung ist direkt" },
  session_pooler: {
    text: "vor dieser Datenbank steht ein Pooler; er teilt nach Sessions zu, was Drainern genügt",
  },
  transaction_pooler: {
    text: "vor dieser Datenbank steht ein Transaction Pooler",
    remedy: "Ihn zum Einreihen verwenden, und Drainern die direkte Adresse geben",
  },
  neon_pooler: {
    text: "die Adresse {host} ist die des Transaction Poolers von Neon",
    remedy: "Ihn zum Einreihen verwenden, und Drainern die Adresse {direct} geben",
  },
  rds_proxy: {
    text: "die Adresse {host} ist die eines RDS Proxy, der nach Transaktionen zuteilt",
    remedy: "Ihn zum Einreihen verwenden, und Drainern den Endpunkt des Clusters oder der Instanz geben",
  },
  pooler: {
    text: "vor dieser Datenbank steht ein Pooler",
    remedy: "Teilt er nach Transaktionen zu, Drainern die direkte Adresse geben; sluice doctor sagt es",
  },
  connection_unknown: { text: "die Verbindung verrät nicht, ob ein Pooler vor dieser Datenbank steht" },

  writes_accepted: { text: "der Server nimmt Schreibzugriffe an" },
  server_is_standby: {
    text: "der Server ist ein Standby, der keine Schreibzugriffe annimmt: nichts kann eingereiht oder ausgeführt werden",
    remedy: "Die Adresse des Primärservers angeben, oder diesen Server befördern: select pg_promote()",
  },
  writes_off: {
    text: "die Einstellung default_transaction_read_only ist für diese Rolle an: mit ihr kann nichts eingereiht oder ausgeführt werden",
    remedy:
      "Sie ausschalten, bei der Rolle, der Datenbank oder dem Server. Manche Hoster schalten sie an, solange die Platte voll ist: dann zuerst Platz schaffen",
  },

  settings_fit: { text: "die Einstellungen des Servers passen" },
  autovacuum_off: {
    text: "die Einstellung autovacuum ist aus: tote Zeilen werden nie weggeräumt",
    remedy: "autovacuum einschalten",
  },
  track_counts_off: {
    text: "die Einstellung track_counts ist aus: Autovacuum sieht nicht, was wegzuräumen ist",
    remedy: "track_counts einschalten",
  },
  fsync_off: {
    text: "die Einstellung fsync ist aus: ein Absturz der Maschine kann die ganze Datenbank kosten",
    remedy: "fsync einschalten",
  },
  full_page_writes_off: {
    text: "die Einstellung full_page_writes ist aus: ein Absturz der Maschine kann die Datenbank beschädigen",
    remedy: "full_page_writes einschalten",
  },
  synchronous_commit_off: {
    text: "die Einstellung synchronous_commit ist aus: ein Absturz des Servers kann Jobs der letzten Sekunde kosten",
    remedy: "synchronous_commit einschalten",
  },

  clocks_agree: { text: "die Uhren der Datenbank und dieser Maschine gehen gleich" },
  clock_ahead: {
    text: "die Uhr der Datenbank geht gegenüber der dieser Maschine um {differenceMs} vor",
    remedy: CLOCKS,
  },
  clock_behind: {
    text: "die Uhr der Datenbank geht gegenüber der dieser Maschine um {differenceMs} nach",
    remedy: CLOCKS,
  },

  lock_room_enough: {
    text: "Platz für {room} Locks, davon jetzt gehalten: {held}; {maxDrainers} Drainer brauchen höchstens {used}",
  },
  lock_room_low: {
    text: "Platz für {room} Locks, davon jetzt gehalten: {held}; {maxDrainers} Drainer bräuchten höchstens {used}",
    remedy: "Damit er reicht, holen Drainer kleinere Mengen; max_locks_per_transaction bestimmt den Platz",
  },
  connection_room_enough: {
    text: "Platz für {room} Verbindungen; {maxDrainers} Drainer brauchen höchstens {used}, jeder davon {transactional} für transaktionale Jobs. Jetzt offen: {open}",
  },
  connection_room_low: {
    text: "Platz für {room} Verbindungen, zu wenige für {maxDrainers} Drainer, die {used} brauchen",
    remedy: "max_connections oder die Grenze der Rolle oder Datenbank anheben, oder maxDrainers senken",
  },

  transactions_short: { text: "keine Transaktion ist länger als 5 Minuten offen" },
  transactions_hidden: {
    text: "von den sichtbaren Transaktionen ist keine länger als 5 Minuten offen; die der Sessions anderer Rollen ({hidden}) sind nicht zu sehen",
    remedy: "Um sie zu sehen, dieser Rolle pg_read_all_stats geben",
  },
  transaction_long: {
    text: "eine Transaktion ist seit {ageMs} offen (pid {pid}, Rolle {role}, {session}): seither gelöschte Zeilen können nicht weggeräumt werden",
    remedy:
      "Abwarten oder beenden: select pg_terminate_backend({pid}). idle_in_transaction_session_timeout beendet, was seine Transaktionen vergisst",
  },
  prepared_transaction_long: {
    text: "eine Transaktion wurde vor {ageMs} als {gid} von der Rolle {role} vorbereitet: seither gelöschte Zeilen können nicht weggeräumt werden",
    remedy: "Beenden: commit prepared '{gid}' oder rollback prepared '{gid}'",
  },

  history_ready: { text: "die Partition des Verlaufs für morgen besteht" },
  history_missing: { text: "die Partition des Verlaufs für morgen fehlt; der nächste Drainer legt sie an" },
  upkeep_well: { text: "kein Schritt der Wartung schlägt fehl" },
  upkeep_failing: {
    text: "Schritte der Wartung schlagen fehl: {steps}. Die übrigen Schritte laufen",
    each: "{step} ({failures} Mal, zuletzt {failedAt}: {error})",
  },
  dead_rows_few: {
    text: "die Tabelle der Jobs belegt {tableBytes}; lebende Zeilen: {liveRows}, tote: {deadRows}",
  },
  dead_rows_many: {
    text: "die Tabelle der Jobs belegt {tableBytes}; lebende Zeilen: {liveRows}, tote: {deadRows}; zuletzt aufgeräumt {vacuumedAt}",
    remedy: VACUUM,
  },
  never_vacuumed: {
    text: "die Tabelle der Jobs belegt {tableBytes}; lebende Zeilen: {liveRows}, tote: {deadRows}; sie wurde nie aufgeräumt",
    remedy: VACUUM,
  },

  timeouts_fit: { text: "der Timeout jedes Jobs passt in die Zeit eines Drainers" },
  timeouts_too_long: {
    text: "Drainer haben {budgetMs}, zu wenig für die Timeouts von {definitions}",
    each: "{name} ({timeoutMs})",
    remedy: "Sie verkürzen, oder diese Jobs anderswo ausführen",
  },
  names_known: { text: "jeden wartenden Job kennt ein Drainer" },
  names_unknown: {
    text: "es warten Jobs, die kein Drainer des letzten Tages ausführen kann: {names}",
    each: "{name} ({jobs} seit {sinceAt})",
    remedy: "Ihre Definitionen ausliefern",
  },
  queues_served: { text: "die Queue jedes wartenden Jobs bedient ein Drainer" },
  queues_unserved: {
    text: "es warten Jobs in Queues, die seit einem Tag kein Drainer bedient hat: {queues}",
    each: "{queue} ({jobs} seit {sinceAt})",
    remedy: "Die Queues einem Pool hinzufügen",
  },
}
