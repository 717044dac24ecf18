import { createSluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { stepsOf } from "./steps.ts"
import { JOBS, KINDS } from "./vocabulary.ts"

export interface SeedOptions {
  readonly url: string
  readonly schema: string
  /** 1 is 10 million finished and 1 million waiting jobs. */
  readonly scale: number
  readonly log: (line: string) => void
}

const FINISHED = 10_000_000
const WAITING = 1_000_000
const DAYS = 14

/**
 * Fills the schema with what an app leaves that has run for two weeks: a history with failures, a backlog, batches, schedules, drainers,
 * and what was measured of all of it.
 */
export async function seed({ url, schema, scale, log }: SeedOptions): Promise<void> {
  await migrate(url, { schema, jobs: JOBS })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      `set search_path = ${schema}, pg_catalog; set synchronous_commit = off; set work_mem = '128MB'`,
    )
    await assertEmpty(client)
    await prepareDays(client)
    await setSchedules(url, schema)
    const sizes = { finished: Math.ceil(FINISHED * scale), waiting: Math.ceil(WAITING * scale), days: DAYS }
    for (const { what, text, values } of stepsOf(sizes)) {
      const beganAtMs = performance.now()
      const { rowCount } = await client.query(text, values as unknown[])
      log(`${what}: ${rowCount} rows in ${((performance.now() - beganAtMs) / 1_000).toFixed(1)} s`)
    }
    await pauseOne(url, schema)
    log("vacuum")
    for (const table of ["jobs", "finished", "failures", "measures", "drainers"])
      await client.query(`vacuum analyze ${table}`)
  } finally {
    await client.end()
  }
}

async function assertEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "select exists (select from jobs) or exists (select from finished) as has_jobs",
  )
  if (rows[0].has_jobs) throw new Error("The schema has jobs: give an empty database, or another --schema")
}

/** Maintenance makes the days from today on; those before are made as if it had run then. */
async function prepareDays(client: pg.Client): Promise<void> {
  for (let day = -DAYS; day <= 0; day += 4) {
    for (const step of ["prepare finished", "prepare failures", "prepare payloads"])
      for (let more = true; more; ) {
        const { rows } = await client.query(
          "select more, error from run_maintenance($1, null, now() + $2 * interval '1 day')",
          [step, day],
        )
        if (rows[0]?.error) throw new Error(`${step}: ${rows[0].error}`)
        more = rows[0]?.more ?? false
      }
  }
}

async function setSchedules(url: string, schema: string): Promise<void> {
  await withSluice(url, schema, async (sluice) => {
    for (const [place, { name }] of KINDS.entries()) {
      if (place % 2 === 0)
        await sluice.setSchedule(`every-day-${name}`, {
          name,
          cron: `${place} 3 * * *`,
          timeZone: "Europe/Berlin",
        })
      if (place % 5 === 0) await sluice.setSchedule(`often-${name}`, { name, cron: "*/10 * * * *" })
    }
    await sluice.pauseSchedule("often-send-email")
  })
}

async function pauseOne(url: string, schema: string): Promise<void> {
  await withSluice(url, schema, async (sluice) => {
    await sluice.pauseQueue("imports", { for: "2h" })
    await sluice.limitQueue("media", { waiting: 500_000 })
  })
}

async function withSluice(
  url: string,
  schema: string,
  work: (sluice: ReturnType<typeof createSluice>) => Promise<void>,
) {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  try {
    await work(createSluice({ database: pool, schema, answerWithin: "10m" }))
  } finally {
    await pool.end()
  }
}
