import type { TestDatabase } from "../support/database.ts"

export type Parent = "finished" | "failures"

/** The partitions of a table but the default one, oldest first, with the UTC instants they reach from and to. */
export async function partitionsOf(database: TestDatabase, parent: Parent) {
  const rows = await database.rows(
    `select relname as name, extract(epoch from split_part(bounds, '''', 2)::timestamptz)::float8 * 1000 as "from",
            extract(epoch from split_part(bounds, '''', 4)::timestamptz)::float8 * 1000 as "to"
     from pg_inherits join pg_class c on c.oid = inhrelid, pg_get_expr(relpartbound, c.oid) bounds
     where inhparent = ('sluice.' || $1)::regclass and relname <> $1 || '_default' order by 1`,
    [parent],
  )
  return rows.map(({ name, from, to }) => ({ name, from: new Date(from), to: new Date(to) }))
}

/** What `partitionsOf` should answer for these days. */
export function daily(parent: Parent, days: readonly Date[]) {
  return days.map((day) => ({
    name: `${parent}_${day.toISOString().slice(0, 10).replaceAll("-", "")}`,
    from: day,
    to: daysAfter(day, 1),
  }))
}

/** So many UTC days, one after the other. */
export function daysFrom(first: Date, count: number): Date[] {
  return Array.from({ length: count }, (_, n) => daysAfter(first, n))
}

export function daysAfter(day: Date, days: number): Date {
  return new Date(day.getTime() + days * 86_400_000)
}

/** The UTC day that the database lives in, made its first one: the template is of the day before if the run began then. */
export async function today(database: TestDatabase): Promise<Date> {
  await maintain(database, undefined, "0 days")
  const [row] = await database.rows(
    "select extract(epoch from date_trunc('day', now(), 'UTC'))::float8 * 1000 as day",
  )
  return new Date(row.day)
}

export async function maintain(database: TestDatabase, now?: Date, keep = "14 days"): Promise<void> {
  const client = await database.pool.connect()
  try {
    await client.query("begin isolation level read committed") // as a drainer's session
    await client.query("select sluice.force_maintenance($1, coalesce($2, now()))", [keep, now])
    await client.query("commit")
  } finally {
    client.release()
  }
}

/** Stores a row of history that ends then. */
export async function finish(database: TestDatabase, id: number, at: Date): Promise<void> {
  await database.pool.query(
    `insert into sluice.finished (id, enqueued_at, run_at, finished_at, priority, attempts, state, name, queue, payload)
     values ($1, $2, $2, $2, 0, 1, 'succeeded', 'any', 'default', '{}')`,
    [id, at],
  )
  await database.pool.query(
    `insert into sluice.failures (job_id, ended_at, attempt, outcome, error_class, error_message)
     values ($1, $2, 1, 'retried', 'Error', 'failed')`,
    [id, at],
  )
}

/** Which partition holds each job's row. */
export async function placesOf(database: TestDatabase, parent: Parent) {
  const id = parent === "finished" ? "id" : "job_id"
  const rows = await database.rows(
    `select ${id}::int as id, tableoid::regclass::text as place from sluice.${parent} order by 1`,
  )
  return rows.map((row) => [row.id, row.place.replace(/"?sluice"?\./, "").replaceAll('"', "")])
}
