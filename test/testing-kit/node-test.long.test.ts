import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { expect, inject, test } from "vitest"
import { ROOT } from "../support/sources.ts"

test("the kit works with node:test, whose process ends by itself", async () => {
  const file = `${ROOT}test/testing-kit/fixtures/jobs.node-test.ts`
  const env = { ...process.env, SLUICE_TEST_SERVER: inject("postgresUrl"), NODE_TEST_CONTEXT: undefined }
  const { stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", file], {
    env,
  })
  expect(stdout).toContain("# pass 2\n")
  expect(stdout).toContain("# fail 0\n")
})
