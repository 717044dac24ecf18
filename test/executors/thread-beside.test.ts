import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"
import { spin, touch } from "./thread-jobs.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [spin, touch])

test("while a thread computes, the drainer performs other jobs", async () => {
  const folder = await makeTemporaryFolder()
  const path = join(folder.path, "done")
  await sluice.enqueue("spin", { until: path })
  await sluice.enqueue("touch", { path }) // the computation ends when this job has run
  expect(await drainOnce()).toMatchObject({ succeeded: 2 })
  expect(existsSync(path)).toBe(true)
  await folder.remove()
})
