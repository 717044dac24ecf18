import { defineJob } from "@sluice/core"
import * as v from "valibot"

/** Does nothing, with any object as payload. For checks and measurements. */
export const noop = defineJob({
  name: "noop",
  input: v.looseObject({}),
  perform() {},
})
