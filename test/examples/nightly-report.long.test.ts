import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { startMailServer } from "./mail-server.ts"
import { createPageApp } from "./page-app.ts"

const mail = await startMailServer()
const app = await createPageApp("docs/examples/nightly-report.md", { MAIL_URL: mail.url })
const { database } = app

test("each night has one report, though two workers look and one of them dies", async () => {
  await app.run("migrate.ts")
  await app.run("migrate.ts") // a second deployment changes nothing
  await database.pool.query(
    `insert into orders (ordered_at, amount) values
       ('2026-03-28T22:59Z', 1), ('2026-03-28T23:00Z', 10), ('2026-03-29T12:00Z', 20.5), ('2026-03-29T21:59Z', 30), ('2026-03-29T22:00Z', 2)`,
  )
  mail.hold()
  const workers = [app.start("worker.ts"), app.start("worker.ts")]
  await eventually(async () => {
    expect(await database.rows("select from sluice.drainers where ended_at is null")).toHaveLength(2)
  }, 20_000)
  // the night in which clocks were changed: a day of 23 hours
  await database.pool.query(
    `update sluice.schedules set catch_up = 'all', catch_up_ms = 100 * 365 * 86400000::bigint,
       upcoming = array['2026-03-30T01:00Z']::timestamptz[] || upcoming, next_at = '2026-03-30T01:00Z'`,
  )
  await eventually(() => expect(mail.waiting.size).toBeGreaterThan(0), 20_000)
  await workers[0]?.end("SIGKILL")
  mail.release()

  const sent = () => mail.accepted.map((one) => one.mail.subject)
  await eventually(() => expect(sent()).toContain("Orders of 2026-03-29"), 20_000)
  expect(mail.accepted.find((one) => one.mail.subject === "Orders of 2026-03-29")?.mail).toEqual({
    to: "sales@example.org",
    subject: "Orders of 2026-03-29",
    text: "3 orders, 60.50 euros",
  })
  await eventually(async () => expect(await database.rows("select from sluice.jobs")).toEqual([]), 20_000)
  expect(
    await database.rows(
      "select day::text, orders::int, revenue::float8 from reports where day = '2026-03-29'",
    ),
  ).toEqual([{ day: "2026-03-29", orders: 3, revenue: 60.5 }])
  const [{ twice }] = await database.rows(
    "select count(*) - count(distinct (schedule_key, tick)) as twice from sluice.schedule_ticks",
  )
  expect(Number(twice)).toBe(0)
  expect(await workers[1]?.end("SIGTERM")).toBe(0)
})
