/** How a finding is said: `{name}` stands for a value, and for a list what is said of each of its things. */
export interface FindingTexts {
  readonly text: string
  /** What to do. */
  readonly remedy?: string
  /** What is said of a thing of the list. */
  readonly each?: string
}

const MIGRATE = "Run sluice migrate"
const ROLLS_BACK = "idle_in_transaction_session_timeout ends what forgets its transactions"

/** The findings in English, by code. */
export const FINDING_TEXTS = {
  not_examined: { text: "not examined: {error}" },

  server_version_fits: { text: "PostgreSQL {version}; Sluice needs {oldest} or newer" },
  server_too_old: {
    text: "PostgreSQL {version}; Sluice needs {oldest} or newer",
    remedy: "Upgrade the server",
  },
  schema_missing: { text: "not migrated: there is no schema {schema} of Sluice's", remedy: MIGRATE },
  schema_old: {
    text: "the schema {schema} is at version {version}, this package at {wanted}",
    remedy: MIGRATE,
  },
  schema_version_fits: {
    text: "the schema {schema} is at version {version}, this package at {wanted}",
  },

  connection_direct: { text: "the connection is direct" },
  session_pooler: {
    text: "a pooler stands before this database; it pools by session, which drainers accept",
  },
  transaction_pooler: {
    text: "a transaction pooler stands before this database",
    remedy: "Use it to enqueue, and give drainers the direct address",
  },
  neon_pooler: {
    text: "the address {host} is that of Neon's transaction pooler",
    remedy: "Use it to enqueue, and give drainers the address {direct}",
  },
  rds_proxy: {
    text: "the address {host} is that of an RDS Proxy, which pools by transaction",
    remedy: "Use it to enqueue, and give drainers the endpoint of the cluster or the instance",
  },
  pooler: {
    text: "a pooler stands before this database",
    remedy: "If it pools by transaction, give drainers the direct address; sluice doctor tells",
  },
  connection_unknown: {
    text: "the connection doesn't tell whether a pooler stands before this database",
  },

  writes_accepted: { text: "the server accepts writes" },
  server_is_standby: {
    text: "the server is a standby, which accepts no writes: nothing can be enqueued or performed",
    remedy: "Give the address of the primary, or promote this server: select pg_promote()",
  },
  writes_off: {
    text: "the setting default_transaction_read_only is on for this role: with it, nothing can be enqueued or performed",
    remedy:
      "Turn it off, of the role, the database or the server. Some hosts turn it on while the disk is full: make room first",
  },

  settings_fit: { text: "the server's settings fit" },
  autovacuum_off: {
    text: "the setting autovacuum is off: dead rows are never cleared away",
    remedy: "Turn on autovacuum",
  },
  track_counts_off: {
    text: "the setting track_counts is off: autovacuum doesn't see what there is to clear away",
    remedy: "Turn on track_counts",
  },
  fsync_off: {
    text: "the setting fsync is off: a crash of the machine can lose the whole database",
    remedy: "Turn on fsync",
  },
  full_page_writes_off: {
    text: "the setting full_page_writes is off: a crash of the machine can corrupt the database",
    remedy: "Turn on full_page_writes",
  },
  synchronous_commit_off: {
    text: "the setting synchronous_commit is off: a crash of the server can lose jobs of the last second",
    remedy: "Turn on synchronous_commit",
  },

  clocks_agree: { text: "the clocks of the database and of this machine agree" },
  clock_ahead: {
    text: "the database's clock is {differenceMs} ahead of that of this machine",
    remedy: "Synchronize both by NTP: jobs are due by the database's clock",
  },
  clock_behind: {
    text: "the database's clock is {differenceMs} behind that of this machine",
    remedy: "Synchronize both by NTP: jobs are due by the database's clock",
  },

  lock_room_enough: {
    text: "room for {room} locks, {held} of them held now; {maxDrainers} drainers use {used} at most",
  },
  lock_room_low: {
    text: "room for {room} locks, {held} of them held now; {maxDrainers} drainers would use {used} at most",
    remedy: "Drainers claim smaller batches so that it is enough; max_locks_per_transaction sets the room",
  },
  connection_room_enough: {
    text: "room for {room} connections; {maxDrainers} drainers use {used} at most, {transactional} of each for transactional jobs. Open now: {open}",
  },
  connection_room_low: {
    text: "room for {room} connections, too few for {maxDrainers} drainers, which use {used}",
    remedy: "Raise max_connections, or the limit of the role or database, or lower maxDrainers",
  },

  transactions_short: { text: "no transaction is open for longer than 5 minutes" },
  transactions_hidden: {
    text: "of the transactions that can be seen, none is open for longer than 5 minutes; those of other roles' sessions ({hidden}) can't be seen",
    remedy: "To see them, grant pg_read_all_stats to this role",
  },
  transaction_long: {
    text: "a transaction is open for {ageMs} (pid {pid}, role {role}, {session}): rows that were deleted since can't be cleared away",
    remedy: `Let it end, or end it: select pg_terminate_backend({pid}). ${ROLLS_BACK}`,
  },
  prepared_transaction_long: {
    text: "a transaction was prepared {ageMs} ago as {gid} by the role {role}: rows that were deleted since can't be cleared away",
    remedy: "End it: commit prepared '{gid}', or rollback prepared '{gid}'",
  },

  history_ready: { text: "tomorrow's partition of the history exists" },
  history_missing: {
    text: "tomorrow's partition of the history is missing; the next drain creates it",
  },
  upkeep_well: { text: "no step of the maintenance fails" },
  upkeep_failing: {
    text: "steps of the maintenance fail: {steps}. The other steps are done",
    each: "{step} (failures: {failures}, last at {failedAt}: {error})",
  },
  dead_rows_few: {
    text: "the table of jobs takes {tableBytes}; live rows: {liveRows}, dead ones: {deadRows}",
  },
  dead_rows_many: {
    text: "the table of jobs takes {tableBytes}; live rows: {liveRows}, dead ones: {deadRows}; vacuumed at {vacuumedAt}",
    remedy:
      "End old transactions, which keep dead rows, and see that autovacuum runs; vacuum jobs clears them away at once",
  },
  never_vacuumed: {
    text: "the table of jobs takes {tableBytes}; live rows: {liveRows}, dead ones: {deadRows}; it was never vacuumed",
    remedy:
      "End old transactions, which keep dead rows, and see that autovacuum runs; vacuum jobs clears them away at once",
  },

  timeouts_fit: { text: "every job's timeout fits into a drain" },
  timeouts_too_long: {
    text: "drains have {budgetMs}, too short for the timeouts of {definitions}",
    each: "{name} ({timeoutMs})",
    remedy: "Shorten them, or perform these jobs elsewhere",
  },
  names_known: { text: "every waiting job is known to a drainer" },
  names_unknown: {
    text: "jobs wait that no drainer of the last day can perform: {names}",
    each: "{name} ({jobs} since {sinceAt})",
    remedy: "Deploy their definitions",
  },
  queues_served: { text: "a drainer serves the queue of every waiting job" },
  queues_unserved: {
    text: "jobs wait in queues that no drainer has served for a day: {queues}",
    each: "{queue} ({jobs} since {sinceAt})",
    remedy: "Add the queues to a pool",
  },
} as const satisfies Readonly<Record<string, FindingTexts>>

type Texts = typeof FINDING_TEXTS
export type FindingCode = keyof Texts

/** The values that the texts of a code name. */
export type ValuesOf<Code extends FindingCode> = {
  readonly [Name in NamesOf<Texts[Code]>]: string | number | ThingsOf<Texts[Code]>
}

/** `{}`: none. */
type NamesOf<Of> =
  | NamesIn<Of extends { text: infer Text } ? Text : never>
  | NamesIn<Of extends { remedy: infer Text } ? Text : never>
type ThingsOf<Of> = Of extends { each: infer Each }
  ? readonly { readonly [Name in NamesIn<Each>]: string | number }[]
  : never
type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never
