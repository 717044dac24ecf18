import { expect, test } from "vitest"
import { drains, exploration, type World } from "./drainers.ts"
import type { Model } from "./explorer.ts"
import type { Edit } from "./pauses.ts"

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
})

test.each<[string, Edit[]]>([
  [
    "the second look",
    [
      // takes what was locked as it was in the snapshot before the lock
      {
        function: "second_look",
        from: "where found.state = p_state and found.queue <> all (v_paused);",
        to: `where false;
          select array_agg(l.id), array_agg(0), json_agg(json_build_array(l.id, 0, 'job', null, 'default', now(), null))
          into v_ids, v_fences, jobs from unnest(v_locked) l (id);`,
      },
    ],
  ],
  [
    "the commit between a settle and its unlock",
    [
      {
        function: "settle_succeeded",
        from: "  if v_concerned is not null or",
        to: "  perform unlock_jobs(v_finished);\n  if v_concerned is not null or",
      },
      { function: "claim", from: "  perform unlock_jobs(p_settled);", to: "" },
      {
        function: "close_drainer",
        from: "  perform pg_advisory_unlock(job_lock(held.id)) from unnest(p_held) held (id);",
        to: "",
      },
    ],
  ],
])("without %s some order performs a job twice", async (_what, spoiled) => {
  const { violation } = await exploration(meeting, spoiled)
  expect(String(violation?.error)).toContain("performed by live drainers")
})
