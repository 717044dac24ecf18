import { sql } from "drizzle-orm"
import { db, turns } from "./database.ts"

const WINDOW_SECONDS = 600

/** The number of the ten minutes that are counted now. */
export const currentWindow = sql`floor(extract(epoch from now()) / ${WINDOW_SECONDS})::integer`

/**
 * Whether somebody may do something once more: `limit` times in each ten minutes. It is counted in the database, because on Lambda
 * each request may meet another instance.
 */
export async function takeTurn(who: string, limit: number): Promise<boolean> {
  const now = currentWindow
  const [turn] = await db
    .insert(turns)
    .values({ who, window: now, count: 1 })
    .onConflictDoUpdate({
      target: turns.who,
      // the next window begins again at 1
      set: { window: now, count: sql`case when ${turns.window} = ${now} then ${turns.count} + 1 else 1 end` },
      setWhere: sql`${turns.window} <> ${now} or ${turns.count} < ${limit}`,
    })
    .returning()
  return turn !== undefined
}
