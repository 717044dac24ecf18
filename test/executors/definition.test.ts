import { defineJob, type Executor } from "@sluice/core"
import { thread } from "@sluice/core/thread"
import * as v from "valibot"
import { expect, expectTypeOf, test } from "vitest"

const elsewhere: Executor = { perform: async () => {} }
const input = v.object({ width: v.pipe(v.string(), v.transform(Number)) })
const nothing = () => {}

test("a definition has either a perform or an executor that performs elsewhere, and the types know it", () => {
  defineJob({ name: "here", perform: nothing })
  defineJob({ name: "elsewhere", executor: elsewhere })
  defineJob({ name: "in-a-thread", executor: thread(import.meta.url), perform: nothing })
  // @ts-expect-error
  const both = () => defineJob({ name: "both", executor: elsewhere, perform: nothing })
  // @ts-expect-error
  const neither = () => defineJob({ name: "neither" })
  // @ts-expect-error
  const idle = () => defineJob({ name: "idle-thread", executor: thread(import.meta.url) })
  for (const wrong of [both, neither, idle])
    expect(wrong).toThrow(expect.objectContaining({ code: "invalid_job" }))
})

test("payload and input are inferred wherever a job runs", () => {
  const inThread = defineJob({
    name: "in-a-thread",
    input,
    executor: thread(import.meta.url),
    perform(payload) {
      expectTypeOf(payload).toEqualTypeOf<{ width: number }>()
    },
  })
  const remote = defineJob({ name: "elsewhere", input, executor: elsewhere })
  for (const { enqueue } of [inThread, remote])
    expectTypeOf(enqueue).parameter(0).toEqualTypeOf<{ width: string }>()
})

test("a thread of no module is refused", () => {
  expect(() => thread(undefined as never)).toThrow("thread is missing: give import.meta.url of the file")
})
