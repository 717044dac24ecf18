import { pool } from "./database.ts"

/** The app's own tables, and orders to report on. A real app has its migrations here. */
export async function createTables() {
  await pool.query(`
    create table if not exists orders (
      id serial primary key, year integer not null, month integer not null, cents integer not null
    );
    create table if not exists users (
      id serial primary key, email text not null unique, password_hash text not null,
      signed_in_at timestamptz not null default now()
    );
    create table if not exists turns (
      who text primary key, "window" integer not null, count integer not null
    );
    create table if not exists reports (
      id serial primary key, user_id integer not null references users, year integer not null,
      job_id text not null, cents bigint
    );
    insert into orders (year, month, cents)
    select 2026, 1 + number % 12, 1000 + number from generate_series(1, 1200) number
    where not exists (select from orders)`)
}
