import { createDrainHandler, createMigrateHandler, fromEnvironment } from "@sluice/aws"
import { createSluice, defineJob } from "@sluice/core"
import { afterEach, expect, test, vi } from "vitest"

afterEach(() => vi.unstubAllEnvs())

const unused = { query: () => Promise.reject(new Error("nothing is queried here")) }
const connect = () => Promise.reject(new Error("nothing is connected here"))
const slow = defineJob({ name: "slow", timeout: "10m", perform() {} })
const handlerWith = (variables: Record<string, string>, options = {}) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  const sluice = createSluice({ ...fromEnvironment(), database: unused, jobs: [slow] })
  return createDrainHandler({ sluice, connect, ...options })
}

test.each([
  ["SLUICE_MAX_DRAINERS", "many", "a whole number from 1 to 1000"],
  ["SLUICE_MAX_DRAINERS", "0", "a whole number from 1 to 1000"],
  ["SLUICE_CONCURRENCY", "10001", "a whole number from 1 to 10000"],
  ["SLUICE_CONCURRENCY", "2.5", "a whole number from 1 to 10000"],
  ["SLUICE_QUEUES", "", "queues separated by commas"],
  ["SLUICE_QUEUES", "heavy,", "queues separated by commas"],
  ["SLUICE_EXCEPT_QUEUES", " ", "queues separated by commas"],
  ["SLUICE_LINGER", "soon", "a number of seconds"],
  ["SLUICE_DRAIN_TIMEOUT", "15 parsecs", "a number of seconds"],
  ["SLUICE_IDLE_SCHEDULE", "group/name", "and the ARN of a role"],
  ["SLUICE_IDLE_ROLE", "arn:aws:iam::1:role/x", 'give "group/name"'],
])("%s=%s is refused when the handler is created, by the variable's name", (name, value, advice) => {
  const failure = errorOf(() => handlerWith({ [name]: value }))
  expect(failure).toMatchObject({ code: expect.stringMatching(/^invalid_(setting|duration)$/) })
  expect(failure.message).toContain(name)
  expect(failure.message).toContain(value)
  expect(failure.message).toContain(advice)
})

test("a variable that is empty counts as not set", () => {
  expect(() => handlerWith({ SLUICE_MAX_DRAINERS: "", SLUICE_LINGER: "", SLUICE_SCHEMA: "" })).not.toThrow()
  expect(fromEnvironment()).toEqual({})
})

test("the timeout of the function refuses a job that never fits, and an option wins over the variable", () => {
  const variables = { SLUICE_DRAIN_TIMEOUT: "5 minutes" }
  expect(() => handlerWith(variables)).toThrow(/slow/)
  expect(() => handlerWith(variables, { timeout: undefined })).toThrow(/slow/)
  expect(() => handlerWith(variables, { timeout: "15m" })).not.toThrow()
})

test("a Sluice that uses another schema than the component is refused, and told how to use the same", () => {
  vi.stubEnv("SLUICE_SCHEMA", "shop")
  const sluice = createSluice({ database: unused, jobs: [slow] })
  const { message } = errorOf(() => createDrainHandler({ sluice, connect }))
  expect(message).toContain('SLUICE_SCHEMA is "shop"')
  expect(message).toContain("createSluice({ ...fromEnvironment()")
})

test("a migrate handler without a database is created, and says what is missing when it is invoked", async () => {
  const handler = createMigrateHandler({ database: undefined })
  await expect(handler()).rejects.toMatchObject({
    code: "invalid_address",
    message: expect.stringContaining("createMigrateHandler"),
  })
})

function errorOf(create: () => unknown): Error {
  try {
    create()
  } catch (error) {
    return error as Error
  }
  throw new Error("nothing was refused")
}

test.each(["{", "14 parsecs"])("SLUICE_RETENTION=%s is refused when the handler is created", (value) => {
  vi.stubEnv("SLUICE_RETENTION", value)
  expect(errorOf(() => createMigrateHandler({ database: "postgres://nowhere" })).message).toContain(
    `SLUICE_RETENTION is ${JSON.stringify(value)}`,
  )
})
