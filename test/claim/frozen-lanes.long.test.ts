import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { LANES } from "./in-lanes.ts"

const JOBS = 100_000

/** Process ids of the drainers that have lanes. */
const HOLDERS = `
  select substring(d.label from '\\d+$')::integer as pid from sluice.drainers d
  where d.ended_at is null and d.backend_pid in (${LANES.replace("select", "select pid")})`

test("when all who have lanes are frozen, the others perform the jobs, and the next drain those that the frozen ones had", async () => {
  const database = await createDatabase()
  await database.pool.query(
    "insert into sluice.jobs (name, state) select 'noop', 'ready' from generate_series(1, $1::integer)",
    [JOBS],
  )
  const orders = { url: database.url, maxDrainers: 20, sessionTimeout: "4s" } as const
  const drainers = Array.from({ length: 8 }, () => spawnDrainer(orders))
  try {
    const frozen = await eventually(async () => {
      const rows = await database.rows(HOLDERS)
      expect(rows).toHaveLength(4)
      return new Set(rows.map(({ pid }) => pid as number))
    }, 30_000)
    for (const pid of frozen) process.kill(pid, "SIGSTOP")

    const others = drainers.filter(({ process: { pid } }) => !frozen.has(pid as number))
    await Promise.all(others.map(({ report }) => report))
    await eventually(async () => expect(await database.rows(HOLDERS)).toEqual([]), 30_000)
    await spawnDrainer(orders).report

    const finished = "select count(*)::integer as jobs from sluice.finished where state = 'succeeded'"
    expect(await database.rows(finished)).toEqual([{ jobs: JOBS }])
    expect(await database.rows("select from sluice.failures where outcome <> 'interrupted'")).toEqual([])
  } finally {
    await Promise.all(drainers.map((drainer) => drainer.kill()))
  }
})
