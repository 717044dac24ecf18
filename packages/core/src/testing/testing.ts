// Tests of jobs on a real Postgres, with a clock that can be moved: @sluice/core/testing.

export type { TestClock } from "./clock.ts"
export type { Deliveries, DeliverTwiceOptions } from "./deliver-twice.ts"
export type { DrainAllOptions, DrainAllSummary, Drains, TestDrainOptions } from "./drain-all.ts"
export type { AssertEnqueuedOptions, EnqueuedAssertions, PartOf, PayloadMatcher } from "./enqueued.ts"
export type { CrashProof, CrashProofs, ProveCrashSafeOptions } from "./prove.ts"
export type { JobRuns, RunJobOptions } from "./run-job.ts"
export type { TestDrainer, TestDrainers } from "./test-drainer.ts"
export {
  createTestSluice,
  type TestServer,
  type TestSluice,
  type TestSluiceOptions,
} from "./test-sluice.ts"
