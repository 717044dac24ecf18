import { expect, test } from "vitest"
import { drains, exploration, type World } from "./drainers.ts"
import type { Model } from "./explorer.ts"
import { type Edit, TRIES_WHAT_IS_HELD, withoutGuard } from "./pauses.ts"

/** Two drainers meet at two jobs. */
const meeting = (world: World): Model => ({
  async begin() {
    await world.reset(2)
    const [first, second] = await world.openAll(7, 4)
    return [drains("first", first, 2), drains("second", second, 1)]
  },
  check: world.checkAllDone,
})

test("no order of the statements of two drainers performs a job twice, loses it or leaves it", async () => {
  expect(await exploration(meeting)).toMatchObject({ violation: undefined })
  expect(await exploration(meeting, TRIES_WHAT_IS_HELD)).toMatchObject({ violation: undefined })
})

test.each<[string, Edit[]]>([
  ["the second look", withoutGuard("Second look")],
  [
    "the commit between a settle and its unlock",
    [
      ...withoutGuard("Unlock after commit"),
      {
        function: "close_drainer",
        from: "  perform pg_advisory_unlock(job_lock(held.id)) from unnest(p_held) held (id);",
        to: "",
      },
    ],
  ],
])("without %s some order performs a job twice", async (_what, spoiled) => {
  const { violation } = await exploration(meeting, [...spoiled, ...TRIES_WHAT_IS_HELD])
  expect(String(violation?.error)).toContain("performed by live drainers")
})
