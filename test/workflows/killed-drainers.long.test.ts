import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"
import { eventually } from "../support/eventually.ts"
import { countMarks, createMarks } from "../support/marks.ts"

const database = await createDatabase()
await createMarks(database)

/** A lattice: each job runs after two of the layer before it. */
const LAYERS = 10
const WIDTH = 15
const steps = Array.from({ length: LAYERS * WIDTH }, (_, place) => {
  const layer = Math.floor(place / WIDTH)
  const after = [place - WIDTH, place - WIDTH + (place % WIDTH === 0 ? 1 : -1)].map(
    (parent) => `step ${parent}`,
  )
  return { step: `step ${place}`, name: "sleep", payload: { ms: 5 }, options: layer === 0 ? {} : { after } }
})

test("a workflow whose drainers are killed all the time runs to its end, and each job after its parents", async () => {
  const sluice = createSluice({ database: database.pool })
  const { id, jobs } = await sluice.enqueueWorkflow(
    { name: "lattice", steps },
    { onSuccess: { name: "mark" } },
  )
  const settled = async (): Promise<number> => (await sluice.getBatch(id))?.succeeded ?? 0
  for (let kills = 0; kills < 3; kills++) {
    const before = await settled()
    const victims = [1, 2].map(() => spawnDrainer({ url: database.url, concurrency: 3 }))
    await eventually(async () => expect(await settled()).toBeGreaterThan(before + 10))
    await Promise.all(victims.map((victim) => victim.kill()))
    expect(await database.rows("select * from sluice.dependents_adrift()")).toEqual([])
  }
  let isWorkDue = true // the drainer that closes last may find the batch finished, and its callback due, as it ends
  while (isWorkDue) {
    const ended = await Promise.all([1, 2].map(() => spawnDrainer({ url: database.url }).report))
    isWorkDue = ended.some(({ summary }) => summary.dueWork)
  }
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: LAYERS * WIDTH })
  expect(await countMarks(database)).toBe(1)
  const early = await database.rows(
    `select d.child_id from sluice.dependencies d join sluice.finished c on c.id = d.child_id join sluice.finished p on p.id = d.parent_id
     where c.started_at < p.started_at or d.outcome is distinct from 'succeeded'`,
  )
  expect(early).toEqual([])
  expect(Object.keys(jobs)).toHaveLength(LAYERS * WIDTH)
})
