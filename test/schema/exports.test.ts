import { readFile } from "node:fs/promises"
import * as core from "@sluice/core"
import * as pg from "@sluice/core/pg"
import * as testing from "@sluice/core/testing"
import ts from "typescript"
import { expect, test } from "vitest"

const values = [
  "BatchFinishedError",
  "BatchNotFoundError",
  "DatabaseUnavailableError",
  "Discard",
  "InterruptedError",
  "InvalidInputError",
  "InvalidPayloadError",
  "InvalidResultError",
  "JobCanceledError",
  "JobExpiredError",
  "JobFailedError",
  "JobNotFoundError",
  "JobStateError",
  "MAX_PAYLOAD_BYTES",
  "PayloadTooLargeError",
  "PoolerError",
  "RequestError",
  "RetryAfter",
  "SCHEMA_VERSION",
  "ScheduleNotFoundError",
  "ScheduleStateError",
  "SchemaError",
  "SessionLostError",
  "SluiceError",
  "PauseKey",
  "Snooze",
  "TimeoutError",
  "UniqueKeyTakenError",
  "UnknownJobError",
  "WaitNotFoundError",
  "WaitStateError",
  "WaitTimeoutError",
  "WaitingLimitError",
  "assertTimeoutsFit",
  "batchSize",
  "correlate",
  "createSluice",
  "currentCorrelationId",
  "defineJob",
  "defineSchedule",
  "discardOn",
  "drain",
  "durationMs",
  "mayPerform",
  "readAddress",
  "rescueFrom",
  "retryOn",
  "start",
]
const types = [
  "AnyJobDefinition",
  "Backlog",
  "Backoff",
  "BackoffSettings",
  "BackoffStrategy",
  "Batch",
  "BatchCallback",
  "BatchContext",
  "BatchOptions",
  "BatchSnapshot",
  "BulkOptions",
  "BulkResult",
  "Carrier",
  "CatchUp",
  "ChangedJob",
  "CheckpointOptions",
  "CompleteWaitOptions",
  "Computed",
  "ComputedUniqueness",
  "Concurrency",
  "Connect",
  "Connection",
  "DrainOptions",
  "DrainSummary",
  "Duration",
  "EnqueueOptions",
  "EnqueueResult",
  "EnqueuedBatch",
  "EnqueuedJob",
  "ErrorClass",
  "ErrorMatcher",
  "ErrorMatchers",
  "ErrorRule",
  "ExecutionError",
  "Executor",
  "Fair",
  "FairShare",
  "Hooks",
  "InputOf",
  "Instrumentation",
  "InstrumentedJob",
  "JobBatch",
  "JobChanges",
  "JobContext",
  "JobDefinition",
  "JobExecution",
  "JobFilter",
  "JobHandle",
  "JobList",
  "JobOptions",
  "JobPolicies",
  "JobProgress",
  "JobReference",
  "JobRetry",
  "JobSettings",
  "JobSnapshot",
  "JobState",
  "JobToAdd",
  "JobToEnqueue",
  "Json",
  "JsonOf",
  "Keep",
  "KeptLine",
  "ListJobsOptions",
  "ListSchedulesOptions",
  "ListedJob",
  "Logger",
  "NewJob",
  "Outcome",
  "Overlap",
  "Pause",
  "PauseOptions",
  "PayloadOptions",
  "PayloadStore",
  "PerformMany",
  "PerformedJob",
  "PoolOptions",
  "Queryable",
  "QueueSnapshot",
  "Rate",
  "RateLimit",
  "ReadJobOptions",
  "ReadQueuesOptions",
  "RequestToStore",
  "ResultOf",
  "RetryBatchOptions",
  "RetryOnOptions",
  "RetryOptions",
  "ScheduleDefinition",
  "ScheduleOptions",
  "ScheduleRun",
  "ScheduleSettings",
  "ScheduleSnapshot",
  "ScheduleTiming",
  "SetWakeUp",
  "SettledExecution",
  "Size",
  "Sluice",
  "SluiceOptions",
  "StartOptions",
  "StepOptions",
  "ThreadExecutor",
  "TransactionClient",
  "Uniqueness",
  "WaitForOptions",
  "WaitOptions",
  "WaitingLimit",
  "WaitingLimits",
  "Work",
  "Worker",
  "WorkerHealth",
]

test("the names that @sluice/core exports are these, and nothing else", async () => {
  expect(Object.keys(core).toSorted()).toEqual(values.toSorted())
  expect((await exportedNames()).toSorted()).toEqual([...values, ...types].toSorted())
})

test("so are those of @sluice/core/pg", () => {
  expect(Object.keys(pg).toSorted()).toEqual([
    "CONNECT_TIMEOUT_MS",
    "assertNoNeonPooler",
    "createConnect",
    "createPool",
    "missingAddressError",
    "retryConnect",
  ])
})

test("so are those of @sluice/core/testing", () => {
  expect(Object.keys(testing)).toEqual(["createTestSluice"])
})

/** Types leave no trace at run time, so they are read from the source. */
async function exportedNames(): Promise<string[]> {
  const file = new URL(import.meta.resolve("@sluice/core"))
  const source = ts.createSourceFile("index.ts", await readFile(file, "utf8"), ts.ScriptTarget.Latest)
  return source.statements.flatMap((statement) => {
    if (
      !ts.isExportDeclaration(statement) ||
      !statement.exportClause ||
      !ts.isNamedExports(statement.exportClause)
    ) {
      throw new Error("The index has only explicit named exports")
    }
    return statement.exportClause.elements.map(({ name }) => name.text)
  })
}
