import { createSluice, defineJob, drain, type Executor, type PayloadStore } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// What code of the app throws need not be an error, nor anything that can be turned into text.
const errorWithoutMessage = Object.defineProperty(new Error(), "message", { get: throwTextless })
const textless: [what: string, value: unknown][] = [
  ["an object without a prototype", Object.create(null)],
  ["a revoked proxy", revokedProxy()],
  ["an error whose message throws", errorWithoutMessage],
]

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function throwTextless(): never {
  throw Object.create(null)
}

const database = await createDatabase()
let performed = 0
beforeEach(async () => {
  performed = 0
  await database.pool.query("truncate sluice.jobs, sluice.finished")
})

test.each(textless)(
  "a job whose result throws %s when it is read has succeeded, and isn't performed again",
  async (_what, value) => {
    const job = defineJob({
      name: "job",
      perform() {
        performed++
        return {
          toJSON() {
            throw value
          },
        }
      },
    })
    const { sluice, drainOnce } = drainable(database, [job])
    await sluice.enqueue("job", {})
    expect(await drainOnce()).toMatchObject({ succeeded: 1, retried: 0 })
    expect(performed).toBe(1)
  },
)

test.each(textless)("a drain ends as usual though whatever it calls throws %s", async (_what, value) => {
  const fail = () => {
    throw value
  }
  const executor: Executor = { perform: async () => {}, end: fail }
  const store: PayloadStore = { put: fail, get: fail, delete: fail }
  const jobs = [defineJob({ name: "own", executor })]
  const sluice = createSluice({ database: database.pool, jobs, payloads: { store } })
  await sluice.enqueue("own", {})
  await database.pool.query(
    "insert into sluice.superfluous_objects (store_key) values ('a') on conflict do nothing",
  )
  const lines: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void lines.push(line) }
  // the database's own end fails this file if the drainer's session is left
  const summary = await drain(sluice, { connect: database.connect, log, onSettled: fail, setWakeUp: fail })
  expect(summary).toMatchObject({ succeeded: 1 })
  expect(lines.slice(0, 2).toSorted(), "beside each other").toEqual([
    "Maintenance failed",
    "onSettled failed",
  ])
  expect(lines.slice(2)).toEqual([
    "The wake-up could not be set; jobs start with the schedule instead",
    "An executor could not be closed",
  ])
})

test("a payload that throws such an error when it is read is refused as invalid", async () => {
  const { sluice } = drainable(database, [defineJob({ name: "job", perform() {} })])
  const payload = {
    get text() {
      throw errorWithoutMessage
    },
  }
  await expect(sluice.enqueue("job", payload)).rejects.toMatchObject({ code: "invalid_payload" })
})
