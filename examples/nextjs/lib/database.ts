import { drizzle } from "drizzle-orm/node-postgres"
import { bigint, integer, pgTable, serial, text, timestamp } from "drizzle-orm/pg-core"
import pg from "pg"

export const orders = pgTable("orders", {
  id: serial().primaryKey(),
  year: integer().notNull(),
  month: integer().notNull(),
  cents: integer().notNull(),
})

export const users = pgTable("users", {
  id: serial().primaryKey(),
  email: text().notNull().unique(),
  passwordHash: text("password_hash").notNull(),
  signedInAt: timestamp("signed_in_at", { withTimezone: true }).notNull().defaultNow(), // the last time
})

export const reports = pgTable("reports", {
  id: serial().primaryKey(),
  userId: integer("user_id").notNull(),
  year: integer().notNull(),
  jobId: text("job_id").notNull(),
  cents: bigint({ mode: "number" }), // null until the report is done
})

/** How often somebody has done what is limited, in the ten minutes that are counted by `window`. */
export const turns = pgTable("turns", {
  who: text().primaryKey(),
  window: integer().notNull(),
  count: integer().notNull(),
})

/** One pool for the app and for Sluice. It connects with its first query, so `next build` needs no database. */
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 })
pool.on("error", (error) => console.error("An idle connection broke", error))

export const db = drizzle(pool)
