import { expect, test } from "vitest"
import { exploration, happens, type World } from "./drainers.ts"
import type { Actor, Model } from "./explorer.ts"
import { type Edit, withoutGuard } from "./pauses.ts"

/** A drainer leaves while a job is stored and its storer asks whether somebody will find it. */
const leaving = (world: World): Model => {
  let isDue = false
  let isWoken = false
  return {
    async begin() {
      await world.reset(0)
      const drainer = await world.open(1, 4)
      ;[isDue, isWoken] = [false, false]
      const leaves: Actor = {
        name: "drainer",
        backendPid: drainer.backendPid,
        steps: (async function* () {
          yield { name: "claims", perform: () => drainer.claim(1) }
          if (drainer.held.length > 0) yield { name: "settles", perform: () => drainer.settle() }
          yield {
            name: "closes",
            perform: async () => {
              isDue = await drainer.close()
            },
          }
        })(),
      }
      const { rows } = world.database
      const stores = happens(
        { name: "a job is stored", perform: () => rows("select sluice.enqueue('job')") },
        {
          name: "its storer asks for a drainer",
          perform: async () => {
            isWoken = (await rows("select sluice.request_wake(p_names => '{job}')::text <> '[]' as woken"))[0]
              .woken
          },
        },
      )
      return [leaves, stores]
    },
    async check() {
      const [{ waits }] = await world.database.rows("select count(*)::int as waits from sluice.jobs")
      expect(waits === 0 || isDue || isWoken, "somebody comes for the job").toBe(true)
    },
  }
}

/** The same, where the storer asks in the statement that stores its job, and after its commit only if nobody is awake. */
const leavingWhileStored = (world: World): Model => {
  let isDue = false
  let isWoken = false
  return {
    async begin() {
      await world.reset(0)
      const drainer = await world.open(1, 4)
      ;[isDue, isWoken] = [false, false]
      const leaves: Actor = {
        name: "drainer",
        backendPid: drainer.backendPid,
        steps: (async function* () {
          yield {
            name: "closes",
            perform: async () => {
              isDue = await drainer.close()
            },
          }
        })(),
      }
      const storer = await world.database.connect()
      const attended =
        "select (sluice.store_job(p_schema_version => 0, p_name => 'job', p_payload => '{}', p_asks => true)).attended"
      let isAttended = false
      const stores = happens(
        {
          name: "a job is stored, and its storer asks who is awake",
          perform: async () => {
            await storer.query("begin")
            isAttended = (await storer.query(attended)).rows[0].attended
          },
        },
        { name: "the storer commits", perform: () => storer.query("commit") },
        {
          name: "the storer asks for a drainer unless one was awake",
          perform: async () => {
            const asked = "select sluice.request_wake(p_names => '{job}')::text <> '[]' as woken"
            if (!isAttended) isWoken = (await storer.query(asked)).rows[0].woken
            await storer.end()
          },
        },
      )
      return [leaves, stores]
    },
    async check() {
      const [{ waits }] = await world.database.rows("select count(*)::int as waits from sluice.jobs")
      expect(waits === 0 || isDue || isWoken, "somebody comes for the job").toBe(true)
    },
  }
}

test("no order leaves a job between a drainer that goes and a storer that thinks it is there", async () => {
  expect(await exploration(leaving)).toMatchObject({ violation: undefined })
})

test.each<[string, Edit[]]>([
  [
    "last look",
    [
      {
        function: "close_drainer",
        from: "  due := is_work_due(case when v_rare.for_repair then unpaused(p_names) else p_names end, p_pool)",
        to: "  due := is_work_due(case when v_rare.for_repair then unpaused(p_names) else p_names end, p_pool) and false",
      },
    ],
  ],
  [
    "order of leaving and looking",
    [
      {
        function: "close_drainer",
        from: "  v_sees_all boolean;\n",
        to: "  v_sees_all boolean;\n  v_due boolean := is_work_due(unpaused(p_names));\n",
      },
      {
        function: "close_drainer",
        from: "  due := is_work_due(case when v_rare.for_repair then unpaused(p_names) else p_names end, p_pool)",
        to: "  due := is_work_due('{}') or v_due",
      },
    ],
  ],
])("without the %s some order leaves a job to nobody", async (_what, spoiled) => {
  const { violation } = await exploration(leaving, spoiled)
  expect(String(violation?.error)).toContain("somebody comes")
})

test("nor between a drainer that goes and a storer that found it awake before its commit", async () => {
  expect(await exploration(leavingWhileStored)).toMatchObject({ violation: undefined })
})

test("without the lock that the storer holds until its commit, some order leaves a job to nobody", async () => {
  const { violation } = await exploration(leavingWhileStored, withoutGuard("Wake after commit"))
  expect(String(violation?.error)).toContain("somebody comes")
})
