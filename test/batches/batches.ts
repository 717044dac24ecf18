import { type BatchSnapshot, Discard, defineJob } from "@sluice/core"
import { afterEach, beforeEach, expect } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

/** A batch as one of its callbacks has read it. */
type Call = Pick<BatchSnapshot, "id" | "state" | "total" | "succeeded" | "discarded" | "canceled"> & {
  readonly event: string
  readonly properties: unknown
}

/**
 * A Sluice on a database of the file's own whose jobs succeed or are discarded, and callbacks that note how often they were performed
 * and what they have read. After each test, the counts of all batches have to be those of their jobs.
 */
export async function batchesIn(given?: TestDatabase) {
  const database = given ?? (await createDatabase())
  const calls: Call[] = []
  const broken = { is: true }
  const callback = (name: string) =>
    defineJob({
      name,
      async perform(_payload, { batch }) {
        const read = await batch?.read()
        if (!read) throw new Error("a callback without a batch")
        const { id, state, total, succeeded, discarded, canceled, properties } = read
        calls.push({ event: name, id, state, total, succeeded, discarded, canceled, properties })
      },
    })
  const callbacks = {
    onFinish: callback("finish"),
    onSuccess: callback("success"),
    onDiscard: callback("discard"),
  }
  const jobs = [
    ...Object.values(callbacks),
    defineJob({ name: "ok", perform() {} }),
    defineJob({
      name: "fails",
      perform() {
        if (broken.is) throw new Discard("broken")
      },
    }),
  ]
  const { sluice, drainOnce } = drainable(database, jobs)
  beforeEach(() => {
    calls.length = 0
    broken.is = true
  })
  afterEach(async () => {
    expect(
      await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
      "batches adrift",
    ).toEqual([])
  })
  return {
    database,
    sluice,
    drainOnce,
    callbacks,
    calls,
    broken,
    /** The names of the callbacks that were performed, in alphabetical order. */
    events: () => calls.map(({ event }) => event).toSorted(),
  }
}

export const ok = { name: "ok" } as const
export const fails = { name: "fails" } as const
export const later = { name: "ok", options: { delay: "1h" } } as const
