import { describe, expect, test } from "vitest"
import { drains, exploration, happens, type World } from "./drainers.ts"
import type { Model } from "./explorer.ts"
import { type Edit, TRIES_WHAT_IS_HELD, withoutGuard } from "./pauses.ts"

/** A drainer dies with a job in flight, before two others come or while they claim. */
const death = (world: World): Model => ({
  async begin() {
    await world.reset(1)
    const [dying, first, second] = await world.openAll(0, world.pauses(4, 2), world.pauses(2, 1))
    await dying.claim(1)
    const dies = happens({ name: "a drainer dies", perform: () => dying.die() })
    return [dies, drains("first", first, 2), drains("second", second, 1)]
  },
  check: world.checkAllNoted,
})

/** One who doesn't know the job takes it over, while one who does claims. */
const reapBySomebodyElse = (world: World): Model => ({
  async begin() {
    await world.reset(1)
    const [dead, reaper, claimer] = await world.openAll(0, world.pauses(4, 2), world.pauses(3, 2))
    await dead.claim(1)
    await dead.die()
    return [drains("reaper", reaper, 1, 0), drains("claimer", claimer, 2)]
  },
  check: world.checkAllDone,
})

/** The server frees the locks of a session that ends one after the other: here the job's before the drainer's. */
const slowDeath = (world: World): Model => ({
  async begin() {
    await world.reset(1)
    const [dying, first, second] = await world.openAll(0, world.pauses(3, 1), 1)
    await dying.claim(1)
    const free = "select pg_advisory_unlock(sluice.job_lock($1))"
    const [job] = dying.held
    const dies = happens(
      { name: "a dying drainer's job is free", perform: () => dying.connection.query(free, [job?.id]) },
      { name: "it is dead", perform: () => dying.die() },
    )
    return [dies, drains("first", first, 1), drains("second", second, 1)]
  },
  check: world.checkAllDone,
})

/** Of two that come to take over, one dies as well, anywhere. */
const deathOfReaper = (world: World): Model => ({
  async begin() {
    await world.reset(1)
    const [dead, first, second] = await world.openAll(0, world.pauses(4, 2), 1)
    await dead.claim(1)
    await dead.die()
    const dies = happens({ name: "the first dies", perform: () => first.die() })
    return [drains("first", first, 2), drains("second", second, 1), dies]
  },
  check: world.checkAllDone,
})

/** What a transactional reap holds to its end, as before: locks of the session, released before the commit. */
const UNLOCKS_BEFORE_COMMIT = withoutGuard("Reap and claim")
const TAKES_ORPHANS = withoutGuard("The dead's jobs")
const REAPS_WITHOUT_LOCKS = withoutGuard("Half a death")

describe.each<[string, readonly Edit[]]>([
  ["by drainers whose looks leave out what is held", []],
  ["by drainers who try each lock", TRIES_WHAT_IS_HELD],
])("%s", (_who, edits) => {
  test.each<[string, (world: World) => Model]>([
    ["a drainer dies with a job in flight", death],
    ["one who doesn't know the job takes it over", reapBySomebodyElse],
    ["a drainer's locks are freed one after the other", slowDeath],
    ["one of those who take over a dead drainer's job dies as well", deathOfReaper],
  ])("when %s, no order performs the job twice, loses it or leaves it", async (_when, model) => {
    expect(await exploration(model, edits)).toMatchObject({ violation: undefined })
  })
})

test("the explorer finds an order that performs a job twice when the reap's locks are released before its commit", async () => {
  const { violation } = await exploration(reapBySomebodyElse, [
    ...UNLOCKS_BEFORE_COMMIT,
    ...TAKES_ORPHANS,
    ...TRIES_WHAT_IS_HELD,
  ])
  expect(String(violation?.error)).toContain("performed by live drainers")
})

test("the explorer finds an order that performs a job twice when the reap takes no locks", async () => {
  const { violation } = await exploration(slowDeath, [...REAPS_WITHOUT_LOCKS, ...TRIES_WHAT_IS_HELD])
  expect(String(violation?.error)).toContain("performed by live drainers")
})

test("the explorer finds an order that runs a dead drainer's job again unnoticed when claims take it before the reap", async () => {
  const { violation } = await exploration(death, [...TAKES_ORPHANS, ...TRIES_WHAT_IS_HELD])
  expect(String(violation?.error)).toContain("interrupted so often")
})
