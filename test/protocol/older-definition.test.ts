import { createSluice, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const perform = () => {}
const older = defineJob({ name: "mail", queue: "old", priority: 1, perform })
const newer = defineJob({ name: "mail", queue: "new", concurrency: { key: "mail" }, perform })

test("a drainer of an older deployment doesn't change what a newer one has registered", async () => {
  await drainWith(older)
  expect(await queueOfNext()).toBe("old")
  await migrate(database.url, { jobs: [newer] })
  expect(await queueOfNext()).toBe("new")
  await drainWith(older)
  expect(await queueOfNext()).toBe("new")
})

test("the next deployment does, also one that goes back", async () => {
  await migrate(database.url, { jobs: [older] })
  expect(await queueOfNext()).toBe("old")
})

test("a name that the next deployment no longer has stays known, and then drainers say what it is", async () => {
  await migrate(database.url, { jobs: [] })
  expect(await queueOfNext()).toBe("old")
  await drainWith(newer)
  expect(await queueOfNext()).toBe("new")
})

test("a name that no deployment has and no drainer has known for two weeks is forgotten by the next", async () => {
  await database.pool.query("update sluice.definitions set seen_at = now() - interval '15 days'")
  await migrate(database.url, { jobs: [] })
  expect(await database.rows("select name from sluice.definitions")).toEqual([])
})

async function drainWith(job: typeof older): Promise<void> {
  const sluice = createSluice({ database: database.pool, jobs: [job] })
  await drain(sluice, { connect: database.connect })
}

async function queueOfNext(): Promise<string | undefined> {
  const sluice = createSluice({ database: database.pool })
  const { id } = await sluice.enqueue("mail", {})
  return (await sluice.getJob(id))?.queue
}
