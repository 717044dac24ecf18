import { cp, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startSluice, temporaryFolder } from "../support/start.ts"

const ROOT = join(import.meta.dirname, "../..")
/** What a reader of the README adds. */
const JOBS = `import { defineSchedule } from "@sluice/core"
import { noop } from "./noop.ts"

export const jobs = [noop] as const
export const schedules = [defineSchedule("often", { job: noop, every: "1s" })]
`

test("npm start registers the schedules of functions/jobs, and performs their jobs", async () => {
  const root = await copyOfRepository()
  await writeFile(join(root, "functions/jobs/index.ts"), JOBS)
  const database = await createDatabase()
  const sluice = await startSluice({ DATABASE_URL: database.url, SLUICE_SCHEDULE: "rate(1 second)" }, root)
  const schedule = await eventually(async () => {
    const { status, body } = await sluice.get("/v1/schedules/often")
    expect(status).toBe(200)
    return body
  }, 20_000)
  expect(schedule).toMatchObject({ name: "noop", every: "1s", dynamic: false })
  await eventually(
    () => expect(sluice.lines.filter((line) => /noop #\d+ succeeded/.test(line)).length).toBeGreaterThan(1),
    20_000,
  )
})

async function copyOfRepository(): Promise<string> {
  const root = await temporaryFolder()
  for (const folder of ["functions", "migrations", "packages/local"])
    await cp(join(ROOT, folder), join(root, folder), { recursive: true })
  await symlink(join(ROOT, "node_modules"), join(root, "node_modules"))
  await cp(join(ROOT, "package.json"), join(root, "package.json"))
  return root
}
