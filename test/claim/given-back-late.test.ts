import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

// on a busy machine short jobs may take so long that none is given back
test("jobs that are given back are told of as late arrivals once they are unlocked, not before", {
  retry: 2,
}, async () => {
  const database = await createDatabase()
  const other = await openSession(database)
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "short", perform() {} }),
    defineJob({ name: "long", perform: () => released }),
  ])
  const options = { runAt: new Date(Date.now() - 60_000) }
  await sluice.enqueueMany(Array.from({ length: 1_000 }, () => ({ name: "short", options })))
  await sluice.enqueueMany(Array.from({ length: 400 }, () => ({ name: "long", options })))

  /** From the start, over what an earlier look that found nothing has seen. */
  async function look(seen: string | null): Promise<{ found: number; seen: string | null }> {
    const { rows } = await other.connection.query(
      "select pg_catalog.json_array_length(jobs) as found, seen from sluice.claim($1, $2, 500, '{long}', null, '{}', '{}', $3, '{0}')",
      [other.drainerId, other.backendPid, seen],
    )
    return rows[0]
  }
  /** Looks until nothing more is found, so that the next look passes over all that there is. */
  async function lookAtEverything(): Promise<string> {
    return eventually(async () => {
      const { seen } = await look(null)
      if (seen === null) throw new Error("The look found more than it could see to the end")
      return seen
    })
  }
  const foundOnceUnlocked: number[] = []
  const drained = drainOnce({
    concurrency: 20,
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: string | { text: string }, values: unknown[]) {
          const text = typeof statement === "string" ? statement : statement.text
          if (!text.includes("unlock_given_back(")) return query(statement as string, values)
          // between what gives back and what unlocks, and before anything else can be noted
          const seen = await lookAtEverything()
          const unlocked = await query(statement as string, values)
          foundOnceUnlocked.push((await look(seen)).found)
          return unlocked
        },
      })
    },
  })
  await eventually(() => expect(foundOnceUnlocked).not.toEqual([]))
  release()
  await other.end()
  await drained
  expect(Math.min(...foundOnceUnlocked)).toBeGreaterThan(0)
})
