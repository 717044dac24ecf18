import { defineJob, type Queryable } from "@sluice/core"
import * as v from "valibot"

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200))

/**
 * Adds to a customer's usage of the day, for billing: the bill would be too low if a job was lost, too high if one ran
 * twice. `transactional` prevents both, because the sum and the job's completion are committed together.
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
    // The day of the enqueue, so that a retry after midnight counts for the right day.
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
 * Sets the search path, and creates the app's own table. Your tables come from your app's migrations; this one is created
 * by the first job, so that the example runs on any database.
 */
async function prepare(transaction: Queryable): Promise<void> {
  // A fixed search path: in a schema where others may create objects, a bare name could mean their function or operator.
  const { rows } = await transaction.query(
    `select pg_catalog.set_config('search_path', 'public, pg_temp', true),
            pg_catalog.to_regclass('public.app_usage') is not null as exists`,
  )
  if (rows[0].exists) return

  // `if not exists` alone fails when two transactions create the table at the same time; the lock makes one wait.
  await transaction.query(
    `select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('app_usage', 0::bigint))`,
  )
  await transaction.query(
    `create table if not exists app_usage (
       customer text, metric text, day date, quantity bigint not null check (quantity > 0),
       primary key (customer, metric, day))`,
  )
}
