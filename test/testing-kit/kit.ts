import type { AnyJobDefinition } from "@sluice/core"
import { createTestSluice, type TestSluice, type TestSluiceOptions } from "@sluice/core/testing"
import { afterAll, inject, onTestFinished, TestRunner } from "vitest"

/** A kit on the server of the run, closed when the test is done, or the file's tests are. */
export async function createKit<Job extends AnyJobDefinition>(
  options: Omit<TestSluiceOptions<Job>, "server"> = {},
): Promise<TestSluice<Job>> {
  const kit = await createTestSluice<Job>({ server: inject("postgresUrl"), ...options })
  const whenDone = TestRunner.getCurrentTest() === undefined ? afterAll : onTestFinished
  whenDone(() => kit.close())
  return kit
}
