import { createSluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

beforeEach(() => database.rows("truncate sluice.noted_measures, sluice.measures, sluice.deployments"))

test("minutes are forgotten after two days, ten minutes after 14, hours and days after 90", async () => {
  for (const days of [1, 3, 20, 100]) await note(days)
  await maintain("sum up measures")
  await maintain("forget measures")
  expect(await kept()).toEqual({ 0: 3, 60: 1, 600: 2, 3600: 3, 86400: 3 })
  const ofAll = await database.rows(
    "select span_s, starts_at from sluice.measures where name = '' and queue = ''",
  )
  expect(ofAll).toHaveLength(1 + 2 + 3 + 3)
})

test("the settings say how long they are kept", async () => {
  for (const days of [1, 3, 20, 100]) await note(days)
  await maintain("sum up measures")
  await migrate(database.url, { retention: { minutes: "492h", hours: "1000d" } })
  await maintain("forget measures")
  expect(await kept()).toEqual({ 0: 4, 60: 3, 600: 3, 3600: 4, 86400: 4 })
  await migrate(database.url, { retention: { default: "14d" } }) // leaves them
  await maintain("forget measures")
  expect(await kept()).toEqual({ 0: 4, 60: 3, 600: 3, 3600: 4, 86400: 4 })
  await migrate(database.url, { retention: { minutes: "2d", hours: "90d" } })
})

test("what is counted since ever goes with the last hour of its name and queue", async () => {
  await note(100, "retired")
  await note(100, "used")
  await note(1, "used")
  await maintain("sum up measures")
  await maintain("forget measures")
  expect(
    await database.rows("select name, succeeded::integer from sluice.measures where span_s = 0"),
  ).toEqual([{ name: "used", succeeded: 2 }])
})

test("a set of many notes is summed up in several pieces", async () => {
  await database.rows(`insert into sluice.noted_measures (starts_at, name, queue, succeeded)
    select date_bin('1 minute', now(), 'epoch') - (n % 100) * interval '1 minute', 'n' || n % 7, 'default', 1 from generate_series(1, 6000) n`)
  expect(await maintain("sum up measures")).toBe(true)
  expect(await maintain("sum up measures")).toBe(false)
  const [total] = await database.rows(
    "select sum(succeeded)::integer as jobs from sluice.measures where span_s = 60 and name <> ''",
  )
  expect(total).toEqual({ jobs: 6_000 })
  const [all] = await database.rows(
    "select sum(succeeded)::integer as jobs, count(*)::integer as rows from sluice.measures where span_s = 60 and name = '' and queue = ''",
  )
  expect(all).toEqual({ jobs: 6_000, rows: 100 })
})

test("of too many names the newest minutes are kept, and those of queues and of all together as long as the settings say", async () => {
  await database.rows(`insert into sluice.noted_measures (starts_at, name, queue, succeeded)
    select date_bin('1 hour', now(), 'epoch') - m * interval '1 minute', 'n' || n, 'q' || n % 3, 1
    from generate_series(1, 20) m, generate_series(1, 100) n`)
  await maintain("sum up measures")
  const [first] = await database.rows("select sluice.forget_measures(now(), 500) as more")
  expect(first).toEqual({ more: false })
  const minutes = await database.rows(`
    select name <> '' as "isOfName", queue <> '' as "isOfQueue", count(*)::integer as rows,
           count(distinct starts_at)::integer as minutes, max(starts_at) = (select max(starts_at) from sluice.measures where span_s = 60) as "isNewest"
    from sluice.measures where span_s = 60 group by 1, 2 order by 1, 2`)
  expect(minutes).toEqual([
    { isOfName: false, isOfQueue: false, rows: 20, minutes: 20, isNewest: true },
    { isOfName: false, isOfQueue: true, rows: 60, minutes: 20, isNewest: true },
    { isOfName: true, isOfQueue: true, rows: 400, minutes: 4, isNewest: true },
  ])
  expect(await kept()).toMatchObject({ 0: 100, 3600: 100, 86400: expect.any(Number) })
})

test("what a queue came to is read from its own rows, however many names it has", async () => {
  await database.rows(`insert into sluice.noted_measures (starts_at, name, queue, succeeded, discarded)
    select date_bin('1 minute', now(), 'epoch') - interval '5 minutes', 'n' || n, case when n % 4 = 0 then 'few' else 'many' end, 2, 1
    from generate_series(1, 100) n`)
  const told = async () => ({
    all: (await sluice.getThroughput()).total.executions,
    few: (await sluice.getThroughput({ queue: "few" })).total.executions,
    series: (await sluice.listSeries({ by: "queue" })).series.map(({ of, executions, failures }) => [
      of,
      sum(executions),
      sum(failures),
    ]),
  })
  const noted = await told()
  expect(noted).toEqual({
    all: 300,
    few: 75,
    series: [
      ["few", 75, 25],
      ["many", 225, 75],
    ],
  })
  await maintain("sum up measures")
  expect(await told()).toEqual(noted)
  await database.rows("delete from sluice.measures where name <> ''")
  expect(await told()).toEqual(noted)
})

test("a range of months is read by days", async () => {
  for (const days of [1, 40, 80]) await note(days, "nightly")
  await maintain("sum up measures")
  await database.rows("delete from sluice.measures where span_s between 1 and 3600")
  const since = new Date(Date.now() - 90 * 86_400_000)
  const [nightly] = await sluice.listNames({ since })
  expect(nightly).toMatchObject({ name: "nightly", executions: 3 })
  const { points, total } = await sluice.getThroughput({ since, step: "24h", name: "nightly" })
  expect(total.executions).toBe(3)
  expect(points.filter(({ executions }) => executions > 0)).toHaveLength(3)
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

async function note(days: number, name = `before-${days}`): Promise<void> {
  await database.rows(
    "insert into sluice.noted_measures (starts_at, name, queue, succeeded) values (date_bin('1 minute', now(), 'epoch') - $1 * interval '1 day', $2, 'default', 1)",
    [days, name],
  )
}

async function maintain(step: string): Promise<boolean> {
  const [done] = await database.rows("select more, error from sluice.run_maintenance($1)", [step])
  expect(done.error).toBeNull()
  return done.more
}

async function kept(): Promise<Record<number, number>> {
  const rows = await database.rows(
    "select span_s, count(*) filter (where name <> '')::integer as rows from sluice.measures group by 1",
  )
  return Object.fromEntries(rows.map(({ span_s, rows }) => [span_s, rows]))
}

test("versions of the app are told by when their first drainer opened", async () => {
  await database.rows(`insert into sluice.deployments (version, first_seen_at) values
    ('new', now() - interval '1 minute'), ('old', now() - interval '2 hours')`)
  expect(await sluice.listDeployments()).toEqual([{ version: "new", at: expect.any(Date) }])
  const all = await sluice.listDeployments({ since: new Date(Date.now() - 86_400_000) })
  expect(all.map(({ version }) => version)).toEqual(["old", "new"])
})

test("what is counted since ever is forgotten by its own last minute, without a look at all hours", async () => {
  await note(1, "used")
  await maintain("sum up measures")
  await database.rows("delete from sluice.measures where span_s = 3600")
  await maintain("forget measures")
  const since = "select name from sluice.measures where span_s = 0"
  expect(await database.rows(since)).toEqual([{ name: "used" }])
  await database.rows("update sluice.measures set last_at = last_at - interval '100 days' where span_s = 0")
  await maintain("forget measures")
  expect(await database.rows(since)).toEqual([])
})
