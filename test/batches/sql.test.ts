import { expect, test } from "vitest"
import { batchesIn } from "./batches.ts"

const { database, sluice, drainOnce, calls, events } = await batchesIn()

const enqueueBatch = async (jobs: unknown, options: unknown = {}): Promise<string> => {
  const values = [JSON.stringify(jobs), JSON.stringify(options)]
  return (await database.rows("select sluice.enqueue_batch($1, $2) as id", values))[0].id
}

test("a batch is enqueued and added to in SQL", async () => {
  const id = await enqueueBatch([{ name: "ok", options: { delay: "1h" } }], {
    onFinish: { name: "finish", options: { queue: "mail" } },
    onSuccess: { name: "success" },
    properties: { upload: "a.csv" },
  })
  const [added] = await database.rows(`select sluice.add_to_batch($1, '[{"name": "ok"}]')::text as id`, [id])
  expect(await sluice.getJob(added.id)).toMatchObject({ batchId: id })
  expect(await sluice.getBatch(id)).toMatchObject({ total: 2, pending: 2, properties: { upload: "a.csv" } })
  await sluice.runJobsNow({ batch: id })
  await drainOnce()
  expect(events()).toEqual(["finish", "success"])
  expect(calls).toMatchObject([{ properties: { upload: "a.csv" } }, { id }])
})

test("no list, which jsonb_agg returns of no rows, is a batch without jobs", async () => {
  const id = (await database.rows("select sluice.enqueue_batch(null) as id"))[0].id
  expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", total: 0 })
})

const bad: [unknown, unknown, string][] = [
  [{}, {}, "jobs is {}: give a JSON list of jobs"],
  [[{ name: "a b" }], {}, "jobs[0]: Job name 'a b'"],
  [[], [], "options is []: give a JSON object"],
  [
    [],
    { onfinish: {} },
    "options.onfinish is {}: give one of onFinish, onSuccess, onDiscard, properties, parent",
  ],
  [[], { onFinish: "finish" }, 'options.onFinish is "finish": give a JSON object'],
  [[], { onFinish: {} }, "options.onFinish.name is missing: give text"],
  [[], { onFinish: { name: "a", every: 1 } }, "options.onFinish.every is unknown"],
  [[], { onFinish: { name: "a", options: { delay: "soon" } } }, "options.onFinish: options.delay is"],
  [
    [],
    { onFinish: { name: "a", options: { uniqueKey: "k" } } },
    "options.onFinish: options.uniqueKey is for jobs that aren't callbacks",
  ],
  [[], { properties: [1] }, "options.properties is [1]: give a JSON object"],
  [[], { parent: "x" }, 'options.parent is "x": give the id of an open batch'],
  [[], { parent: 99999 }, "No batch has the id 99999"],
]

test.each(bad)(
  "enqueue_batch of %j with %j is refused, and nothing is stored",
  async (jobs, options, message) => {
    const before = await database.rows("select count(*) from sluice.batches")
    await expect(enqueueBatch(jobs, options)).rejects.toThrow(message)
    expect(await database.rows("select count(*) from sluice.batches")).toEqual(before)
  },
)
