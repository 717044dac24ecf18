import { defineJob, type Queryable } from "@sluice/core"
import * as v from "valibot"

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200))

/**
 * Adds to a customer's usage of the day, as a bill is made from: too little when a job is lost, too much when one
 * runs twice. `transactional` prevents both: the sum and the job's completion are one commit.
 */
export const recordUsage = defineJob({
  name: "record-usage",
  input: v.strictObject({
    customer: name,
    metric: name,
    quantity: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  }),
  transactional: true,
  async perform({ customer, metric, quantity }, { transaction, enqueuedAt }) {
    await prepare(transaction)
    // The day of the enqueue: a retry after midnight still counts where it belongs.
    const day = enqueuedAt.toISOString().slice(0, 10)
    const { rows } = await transaction.query(
      `insert into app_usage as u (customer, metric, day, quantity) values ($1, $2, $3, $4)
       on conflict (customer, metric, day) do update set quantity = u.quantity + excluded.quantity
       returning quantity`,
      [customer, metric, day, quantity],
    )
    return { day, total: Number(rows[0].quantity) }
  },
})

/**
 * The path for names, and the app's own table. Yours come from your app's migrations; this one is made by the first job, so that the
 * example runs on a database that knows nothing of it.
 */
async function prepare(transaction: Queryable): Promise<void> {
  // A path of its own: in a schema where others may create, a function or operator of theirs could be meant by a bare name.
  const { rows } = await transaction.query(
    `select pg_catalog.set_config('search_path', 'public, pg_temp', true),
            pg_catalog.to_regclass('public.app_usage') is not null as exists`,
  )
  if (rows[0].exists) return

  // `if not exists` alone fails when two transactions create at once: one waits here for the other's commit.
  await transaction.query(
    `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('app_usage', 0::bigint))`,
  )
  await transaction.query(
    `create table if not exists app_usage (
       customer text, metric text, day date, quantity bigint not null check (quantity > 0),
       primary key (customer, metric, day))`,
  )
}
