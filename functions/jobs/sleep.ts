import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import * as v from "valibot"

const LONGEST_MS = 15 * 60_000 // the maximum timeout of a Lambda function

/** Waits for `ms` milliseconds, or until its signal aborts. For a minute or more, set the option `timeout` too. */
export const sleep = defineJob({
  name: "sleep",
  input: v.strictObject({ ms: v.pipe(v.number(), v.minValue(0), v.maxValue(LONGEST_MS)) }),
  async perform({ ms }, { signal }) {
    await wait(ms, undefined, { signal })
  },
})
