import { createSluice, type Duration, defineJob, rescueFrom, retryOn } from "@sluice/core"
import { expectTypeOf, test } from "vitest"
import * as z from "zod"

// Compiled by `npm run check:types`, as jobs.test.ts.

class Busy extends Error {
  readonly retryInMs = 5
}
const input = z.object({ to: z.string(), at: z.coerce.date().optional() })
const database = { query: async () => ({ rows: [], rowCount: 0 }) }

const compiles = (title: string, code: () => unknown) => test(title, () => void code)

compiles("functions of options and hooks know the payload: as given, and as stored", () =>
  defineJob({
    name: "welcome",
    input,
    queue: ({ to }) => {
      expectTypeOf(to).toEqualTypeOf<string>()
      return to.endsWith(".org") ? "org" : undefined
    },
    priority: ({ to }) => to.length,
    delay: ({ at }) => (at ? "5m" : undefined),
    uniqueKey: ({ to }) => to,
    hooks: {
      aroundEnqueue(jobs, next) {
        expectTypeOf(jobs[0]?.payload.to).toEqualTypeOf<string | undefined>()
        return next()
      },
      onDiscard({ payload }, error) {
        expectTypeOf(payload?.to).toEqualTypeOf<string | undefined>()
        expectTypeOf(error).toBeUnknown()
      },
    },
    perform({ at }) {
      expectTypeOf(at).toEqualTypeOf<Date | undefined>()
    },
  }),
)

compiles("without a schema they know the payload of perform", () =>
  defineJob({
    name: "plain",
    queue: ({ to }) => to,
    perform: (_payload: { to: string }) => {},
  }),
)

compiles("a function returns what the option takes", () => [
  // @ts-expect-error
  defineJob({ name: "a", input, queue: () => 5, perform() {} }),
  // @ts-expect-error
  defineJob({ name: "a", input, priority: () => "high", perform() {} }),
  // @ts-expect-error
  defineJob({ name: "a", input, uniqueKey: "one", perform() {} }),
  // @ts-expect-error
  defineJob({ name: "a", input, queue: ({ too }) => too, perform() {} }),
  // @ts-expect-error
  createSluice({ database, defaults: { queue: () => "mail" } }),
])

compiles("the functions of a rule know its errors", () => [
  retryOn(Busy, {
    wait(failures, error): Duration {
      expectTypeOf(error).toEqualTypeOf<Busy>()
      return `${failures * error.retryInMs}ms`
    },
  }),
  rescueFrom(Busy, (error) => expectTypeOf(error.retryInMs).toEqualTypeOf<number>()),
])
