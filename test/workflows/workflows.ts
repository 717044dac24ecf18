import { Discard, defineJob } from "@sluice/core"
import { afterEach, beforeEach, expect } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

/**
 * A Sluice on a database of the file's own whose jobs return the text that they are given, in the order in which they are performed, or
 * are discarded. After each test, no job waits for something that has happened, and the counts of batches are those of their jobs.
 */
export async function workflowsIn() {
  const database = await createDatabase()
  const performed: string[] = []
  const broken = { is: true }
  const say = defineJob({
    name: "say",
    perform({ text = "" }: { text?: string }) {
      performed.push(text)
      return { said: text }
    },
  })
  const fails = defineJob({
    name: "fails",
    perform({ text = "" }: { text?: string }) {
      if (broken.is) throw new Discard("broken")
      performed.push(text)
      return { mended: text }
    },
  })
  const reads = defineJob({
    name: "reads",
    async perform({ text = "" }: { text?: string }, { parents }) {
      performed.push(text)
      return { parents: await parents.list(), results: await parents.results().catch((error) => error.code) }
    },
  })
  const finish = defineJob({ name: "finish", perform: () => void performed.push("finish") })
  const { sluice, drainOnce } = drainable(database, [say, fails, reads, finish])
  beforeEach(() => {
    performed.length = 0
    broken.is = true
  })
  afterEach(async () => {
    expect(await database.rows("select * from sluice.dependents_adrift()"), "dependents adrift").toEqual([])
    expect(
      await database.rows("select * from sluice.batches_adrift(array(select id from sluice.batches))"),
      "batches adrift",
    ).toEqual([])
  })
  /** A statement that sees what was committed before it, whatever the database's default is. */
  const atReadCommitted = async (text: string, values: unknown[]) => {
    const client = await database.pool.connect()
    await client.query("begin isolation level read committed")
    await client.query(text, values)
    await client.query("commit")
    client.release()
  }
  const stateOf = async (id: string) => (await sluice.getJob(id))?.state
  /** The states of a workflow's steps. */
  const statesOf = async (id: string) => {
    const flow = await sluice.getWorkflow(id)
    return Object.fromEntries(flow?.steps.map(({ step, state }) => [step, state]) ?? [])
  }
  return {
    database,
    sluice,
    drainOnce,
    say,
    fails,
    reads,
    finish,
    performed,
    broken,
    stateOf,
    statesOf,
    atReadCommitted,
  }
}
