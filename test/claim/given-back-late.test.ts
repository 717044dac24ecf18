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
  async function look(seen: string | null): Promise<{ found: number; seen: string }> {
    const { rows } = await other.connection.query(
      "select pg_catalog.json_array_length(jobs) as found, seen from sluice.claim($1, $2, 500, '{long}', null, '{}', '{}', $3, '{0}')",
      [other.drainerId, other.backendPid, seen],
    )
    return rows[0]
  }
  let seen: string | undefined
  const drained = drainOnce({
    concurrency: 20,
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: string | { text: string }, values: unknown[]) {
          const text = typeof statement === "string" ? statement : statement.text
          if (text.includes("unlock_given_back(")) {
            // between what gives back and what unlocks
            await look(null)
            ;({ seen } = await look(null))
          }
          return query(statement as string, values)
        },
      })
    },
  })
  await eventually(() => expect(seen).toBeDefined())
  await eventually(async () => expect((await look(seen as string)).found).toBeGreaterThan(0))
  release()
  await other.end()
  await drained
})
