import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { countMarks, createMarks } from "../support/marks.ts"

test("a drainer that is frozen for longer than its session timeout loses its jobs and can settle nothing when it thaws", async () => {
  const database = await createDatabase()
  await createMarks(database)
  const sluice = createSluice({ database: database.pool })
  const { id } = await sluice.enqueue("mark", { ms: 600 })

  const frozen = spawnDrainer({ url: database.url, sessionTimeout: "2s" })
  await eventually(async () => expect(await countMarks(database)).toBe(1))
  frozen.process.kill("SIGSTOP")
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "ready" }))

  const next = await spawnDrainer({ url: database.url }).report
  expect(next.summary).toMatchObject({ interrupted: 1, succeeded: 1 })
  frozen.process.kill("SIGCONT")
  await expect(frozen.report).rejects.toThrow("no report")

  expect(await database.rows("select id::text, attempts from sluice.finished")).toEqual([{ id, attempts: 1 }])
})
