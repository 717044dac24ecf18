import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { startMailServer } from "./mail-server.ts"
import { createPageApp } from "./page-app.ts"

const READERS = 40
const refused = new Set<string>()
const mail = await startMailServer({
  // each tenth reader's mail is refused once, by turns as too many and as a failure
  refuse({ mail: { to } }) {
    const place = Number(/\d+/.exec(to))
    if (place % 10 !== 0 || refused.has(to)) return undefined
    refused.add(to)
    return place % 20 === 0 ? 429 : 503
  },
})
const app = await createPageApp("docs/examples/rate-limited-mails.md", { MAIL_URL: mail.url })
const { database } = app

test("two workers together send ten mails a second at most, each reader gets one, and a summary follows", async () => {
  await app.run("migrate.ts")
  await database.pool.query(
    "insert into readers select format('reader-%s@example.org', n) from generate_series(1, $1::int) n",
    [READERS],
  )
  expect(await app.run("send.ts", "7")).toMatch(/: 40 mails/)
  expect(await app.run("send.ts", "7")).toMatch(/: 0 mails/)
  const workers = [app.start("worker.ts"), app.start("worker.ts")]
  const output = () => workers.map((worker) => worker.output()).join("")
  await eventually(() => expect(output()).toContain("Issue 7: 40 mails are sent, 0 could not be"), 50_000)

  expect(mail.accepted.map((one) => one.mail.to).toSorted()).toEqual(
    Array.from({ length: READERS }, (_, index) => `reader-${index + 1}@example.org`).toSorted(),
  )
  expect(new Set(mail.accepted.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(READERS)
  // of 21 starts, at ten a second, the first and the last are two seconds apart; of a slow arrival, a bit less
  const times = mail.received.map(({ atMs }) => atMs)
  const spans = times.slice(20).map((atMs, index) => atMs - (times[index] as number))
  expect(Math.min(...spans)).toBeGreaterThan(1_500)
  for (const worker of workers) expect(await worker.end("SIGTERM")).toBe(0)
}, 120_000)
