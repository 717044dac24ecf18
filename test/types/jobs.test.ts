import {
  createSluice,
  type Duration,
  defineJob,
  type InputOf,
  type Json,
  type JsonOf,
  type Sluice,
} from "@sluice/core"
import { expectTypeOf, test } from "vitest"
import * as z from "zod"

// Compiled by `npm run check:types`: a `@ts-expect-error` fails there when what follows it compiles.

const database = { query: async () => ({ rows: [], rowCount: 0 }) }
const welcome = defineJob({
  name: "welcome",
  input: z.object({ to: z.string(), at: z.coerce.date().optional() }),
  perform: () => ({ messageId: "1", sentAt: new Date(0) }),
})
const cleanUp = defineJob({ name: "clean-up", async perform() {} })
const sluice = createSluice({ database, jobs: [welcome, cleanUp] })

/** The code isn't run: what is tested is that it compiles. */
const compiles = (title: string, code: () => unknown) => test(title, () => void code)

test("a definition has its name as a literal, and its input", () => {
  expectTypeOf(welcome.name).toEqualTypeOf<"welcome">()
  expectTypeOf<InputOf<typeof cleanUp>>().toEqualTypeOf<Record<string, unknown>>()
})

compiles("enqueue takes a definition, its name, or the name with only the definition's type", () => [
  sluice.enqueue(welcome, { to: "ann" }),
  sluice.enqueue("welcome", { to: "ann" }, { delay: "5m" }),
  sluice.enqueue<typeof welcome>("welcome", { to: "ann" }),
  sluice.enqueue("clean-up", {}),
  welcome.enqueue({ to: "ann" }),
])

compiles("enqueue refuses a wrong payload and an unknown name", () => [
  // @ts-expect-error
  sluice.enqueue("welcome", { too: 1 }),
  // @ts-expect-error
  sluice.enqueue("welcom", { to: "ann" }),
  // @ts-expect-error
  sluice.enqueue(welcome, { too: 1 }),
  // @ts-expect-error
  sluice.enqueue<typeof welcome>("welcome", { too: 1 }),
  // @ts-expect-error
  sluice.enqueue<typeof welcome>("clean-up", { to: "ann" }),
])

compiles("enqueueMany takes the payload of each name", () => [
  sluice.enqueueMany([{ name: "welcome", payload: { to: "ann" } }, { name: "clean-up" }]),
  sluice.enqueueMany(["ann"].map((to) => ({ name: "welcome", payload: { to }, options: { delay: "5m" } }))),
  // @ts-expect-error
  sluice.enqueueMany([{ name: "welcome", payload: { too: 1 } }]),
  // @ts-expect-error
  sluice.enqueueMany([{ name: "welcome" }]),
  // @ts-expect-error
  sluice.enqueueMany([{ name: "welcom", payload: { to: "ann" } }]),
])

compiles("a Sluice without definitions takes any name, and so does a plain Sluice", () => {
  const plain: Sluice = sluice
  const byName = createSluice({ database })
  return [byName.enqueue("anything", { to: 1 }), plain.enqueueMany([{ name: "anything", payload: 1 }])]
})

compiles("a job may enqueue through the Sluice that is created with it", () => {
  const parent = defineJob({
    name: "parent",
    async perform() {
      await family.enqueue("child", { n: 1 })
    },
  })
  const child = defineJob({ name: "child", perform: ({ n }: { n: number }) => n })
  const family = createSluice({ database, jobs: [parent, child] })
  return family
})

test("a duration is a number of seconds, or text with units", () => {
  expectTypeOf<"5m" | "1.5h" | "500ms" | "1h30m" | "1d2h3m" | 30>().toExtend<Duration>()
  expectTypeOf<`${number}s`>().toExtend<Duration>()
  expectTypeOf<"5 minutes">().not.toExtend<Duration>()
  expectTypeOf<"5min">().not.toExtend<Duration>()
  expectTypeOf<"soon">().not.toExtend<Duration>()
  expectTypeOf<"5">().not.toExtend<Duration>()
})

test("what was stored has the type that JSON makes of it", () => {
  expectTypeOf<JsonOf<Date>>().toEqualTypeOf<string>()
  expectTypeOf<JsonOf<{ at: Date; run(): void; n?: number }>>().toEqualTypeOf<{ at: string; n?: number }>()
  expectTypeOf<JsonOf<(Date | undefined)[]>>().toEqualTypeOf<(string | null)[]>()
  expectTypeOf<JsonOf<[Date, 1]>>().toEqualTypeOf<[string, 1]>()
  expectTypeOf<JsonOf<void>>().toEqualTypeOf<undefined>()
  expectTypeOf<JsonOf<bigint>>().toEqualTypeOf<never>()
  expectTypeOf<JsonOf<unknown>>().toEqualTypeOf<unknown>()
})

type Snapshot<Read extends (id: string) => Promise<unknown>> = NonNullable<Awaited<ReturnType<Read>>>

test("a job that is read has JSON, and more is known to its definition", () => {
  type Any = Snapshot<typeof sluice.getJob>
  type Welcome = Snapshot<typeof welcome.getJob>
  expectTypeOf<Any["result"]>().toEqualTypeOf<Json | null>()
  expectTypeOf<Any["payload"]>().toEqualTypeOf<Json>()
  expectTypeOf<Welcome["result"]>().toEqualTypeOf<{ messageId: string; sentAt: string } | null>()
  expectTypeOf<Snapshot<typeof cleanUp.getJob>["result"]>().toEqualTypeOf<null>()
})

compiles("a step returns JSON, and a cursor's position is JSON", () =>
  defineJob({
    name: "steps",
    async perform(_payload, { step, cursor }) {
      const at = await step("now", () => new Date())
      expectTypeOf(at).toEqualTypeOf<string>()
      await cursor("days", new Date(), (day) => {
        expectTypeOf(day).toEqualTypeOf<string>()
        return undefined
      })
      await cursor("pages", 0, (page) => (page < 9 ? page + 1 : undefined))
    },
  }),
)
