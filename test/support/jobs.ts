import { setTimeout as wait } from "node:timers/promises"
import { type AnyJobDefinition, defineJob, type Queryable } from "@sluice/core"

/** Ids of jobs performed in this process, one for each time. */
export const performedIds: string[] = []

/** Definitions for drainers in processes of their own. */
export function jobs(database: Queryable): AnyJobDefinition[] {
  return [
    defineJob({
      name: "noop",
      perform(_payload, { id }) {
        performedIds.push(id)
      },
    }),
    defineJob({
      name: "sleep",
      async perform({ ms }: { ms: number }, { id, signal }) {
        performedIds.push(id)
        await wait(ms, undefined, { signal })
      },
    }),
    // leaves a mark in the table `marks` outside of any transaction of ours, then takes its time
    defineJob({
      name: "mark",
      async perform({ ms = 0 }: { ms?: number }, { id, attempt, signal }) {
        await database.query("insert into marks (job_id, attempt, pid) values ($1, $2, $3)", [
          id,
          attempt,
          process.pid,
        ])
        await wait(ms, undefined, { signal })
      },
    }),
    defineJob({
      name: "poison",
      perform() {
        process.kill(process.pid, "SIGKILL")
        return wait(60_000)
      },
    }),
    defineJob({
      name: "count",
      transactional: true,
      async perform({ ms = 0 }: { ms?: number }, { transaction, signal }) {
        await transaction.query("update counter set value = value + 1")
        await wait(ms, undefined, { signal })
      },
    }),
    defineJob({
      name: "echo",
      maxInterruptions: 100,
      async perform({ n, ms }: { n: number; ms: number }, { signal }) {
        await wait(ms, undefined, { signal })
        return n
      },
    }),
    defineJob({
      name: "gather",
      maxInterruptions: 100,
      perform({ children, ms }: { children: number; ms: number }, { enqueueAndWait }) {
        const echoes = Array.from({ length: children }, (_, n) => ({ name: "echo", payload: { n, ms } }))
        return enqueueAndWait("echoes", echoes)
      },
    }),
    // counts itself, then touches every row of the table `big`, a batch at a time
    defineJob({
      name: "touch",
      timeout: "10m",
      maxAttempts: 100,
      maxInterruptions: 100,
      async perform({ rows, batch }: { rows: number; batch: number }, { step, cursor }) {
        const transactional = { transactional: true } as const
        const counted = "update counter set value = value + 1"
        await step("count", async (transaction) => void (await transaction.query(counted)), transactional)
        const touched = "update big set touched = touched + 1 where id > $1 and id <= $2"
        await cursor(
          "rows",
          0,
          async (after, transaction) => {
            await transaction.query(touched, [after, after + batch])
            return after + batch < rows ? after + batch : undefined
          },
          transactional,
        )
      },
    }),
  ] as AnyJobDefinition[]
}
