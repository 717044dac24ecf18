import { expect, test } from "vitest"
import { batchesIn, fails, later, ok } from "./batches.ts"

const { sluice, drainOnce, callbacks, calls, broken } = await batchesIn()

test("a batch counts as one job of the batch that it is in", async () => {
  const outer = await sluice.enqueueBatch([ok], { ...callbacks, properties: { is: "outer" } })
  const inner = await sluice.enqueueBatch([ok, ok], {
    ...callbacks,
    properties: { is: "inner" },
    parent: outer.id,
  })
  expect(await sluice.getBatch(outer.id)).toMatchObject({ total: 2, pending: 2 })
  expect(await sluice.getBatch(inner.id)).toMatchObject({ total: 2, parent: outer.id })
  await drainOnce()
  expect(await sluice.getBatch(outer.id)).toMatchObject({ state: "succeeded", total: 2, succeeded: 2 })
  expect(calls.filter(({ event }) => event === "finish").map(({ properties }) => properties)).toEqual(
    expect.arrayContaining([{ is: "inner" }, { is: "outer" }]),
  )
})

test("an inner batch that has failed counts as discarded, and a canceled one as canceled", async () => {
  const outer = await sluice.enqueueBatch([], {
    ...callbacks,
    parent: (await sluice.enqueueBatch([later])).id,
  })
  expect(await sluice.getBatch(outer.id)).toMatchObject({ state: "succeeded" })

  const open = await sluice.enqueueBatch([later])
  await sluice.enqueueBatch([fails, ok], { parent: open.id })
  const canceled = await sluice.enqueueBatch([later], { parent: open.id })
  await sluice.cancelBatch(canceled.id)
  await drainOnce()
  expect(await sluice.getBatch(open.id)).toMatchObject({ total: 3, pending: 1, discarded: 1, canceled: 1 })
  await sluice.cancelBatch(open.id)
  expect(await sluice.getBatch(open.id)).toMatchObject({ state: "failed", canceled: 2 })
})

test("three levels finish in one drain, and a retry of what failed reaches the innermost", async () => {
  const outer = await sluice.enqueueBatch([ok])
  const middle = await sluice.enqueueBatch([ok], { parent: outer.id })
  const inner = await sluice.enqueueBatch([fails], { ...callbacks, parent: middle.id })
  await drainOnce()
  expect(await sluice.getBatch(outer.id)).toMatchObject({ state: "failed", succeeded: 1, discarded: 1 })

  broken.is = false
  expect(await sluice.retryBatch(outer.id)).toMatchObject({ matched: 1, changed: 1 })
  for (const { id } of [outer, middle, inner])
    expect(await sluice.getBatch(id)).toMatchObject({ state: "open", pending: 1, discarded: 0 })
  await drainOnce()
  for (const { id } of [outer, middle, inner])
    expect(await sluice.getBatch(id)).toMatchObject({ state: "succeeded", discarded: 0, canceled: 0 })
})

test("no batch is put into one that has finished", async () => {
  const { id } = await sluice.enqueueBatch([])
  await expect(sluice.enqueueBatch([ok], { parent: id })).rejects.toThrow(`Batch ${id} has finished`)
  await expect(sluice.enqueueBatch([ok], { parent: "123456789" })).rejects.toThrow(
    "No batch has the id 123456789",
  )
})
