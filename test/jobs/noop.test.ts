import { InvalidPayloadError } from "@sluice/core"
import { expect, test } from "vitest"
import { useJobs } from "./jobs.ts"

const jobs = await useJobs()

test("noop takes any object and succeeds", async () => {
  for (const payload of [{}, { n: 1 }, { deep: { list: [1, null] } }]) {
    expect(await jobs.perform("noop", payload)).toMatchObject({
      state: "succeeded",
      attempts: 1,
      result: null,
      payload,
    })
  }
})

test("noop refuses what is no object", async () => {
  for (const payload of ["text", 7, true]) {
    await expect(jobs.enqueue("noop", payload)).rejects.toThrow(InvalidPayloadError)
  }
})
