import { InvalidInputError } from "@sluice/core"
import { expect, test } from "vitest"
import { batchesIn, ok } from "./batches.ts"

const { database, sluice } = await batchesIn()

const bad: [options: object, message: string, path: (string | number)[]][] = [
  [{ onfinish: ok }, "did you mean", ["options", "onfinish"]],
  [
    { onFinish: "finish" },
    "give a definition, or an object with name, payload and options",
    ["options", "onFinish"],
  ],
  [{ onFinish: { name: "nothing" } }, "onFinish: No job is named", ["options", "onFinish", "name"]],
  [
    { onDiscard: { name: "ok", options: { delay: "soon" } } },
    "onDiscard.options.delay is",
    ["options", "onDiscard", "options", "delay"],
  ],
  [
    { onDiscard: { name: "ok", options: { idempotencyKey: "k" } } },
    "a batch enqueues its callbacks once",
    ["options", "onDiscard", "options", "idempotencyKey"],
  ],
  [{ properties: [1] }, "give a JSON object", ["options", "properties"]],
  [{ properties: { big: "x".repeat(70_000) } }, "", ["options", "properties"]],
  [{ parent: "a" }, "the id of a batch", ["options", "parent"]],
]

test.each(bad)("a batch with %j is refused, and nothing is stored", async (options, message, path) => {
  const error = await sluice.enqueueBatch([ok], options).catch((error) => error)
  expect(error).toBeInstanceOf(InvalidInputError)
  expect(error.message).toContain(message)
  expect(error.path).toEqual(path)
  expect(await database.rows("select from sluice.batches union all select from sluice.jobs")).toEqual([])
})

test("the error of a job has its index", async () => {
  const error = await sluice
    .enqueueBatch([ok, { name: "ok", options: { priority: 0.5 } }])
    .catch((error) => error)
  expect(error).toMatchObject({ index: 1, path: ["options", "priority"] })
})

test("what is no id of a batch is refused everywhere", async () => {
  for (const id of ["", "0", "1.5", "x", 5 as never])
    for (const call of [
      sluice.getBatch(id),
      sluice.addToBatch(id, [ok]),
      sluice.retryBatch(id),
      sluice.cancelBatch(id),
      sluice.listJobs({ batch: id }),
    ])
      await expect(call, String(id)).rejects.toThrow(InvalidInputError)
  await expect(sluice.retryBatch("1", { callbacks: "yes" as never })).rejects.toThrow("true or false")
})
