// Building blocks of executors, for other packages: @sluice/core/executor.
//
// An executor sends an event to where the job runs, and reads the answer. The drainer still claims the job, times it,
// retries it and records its outcome.

export { type Answer, MAX_ANSWER_BYTES, resultOf, type SerializedError, toError } from "./answer.ts"
export { answerTo, type Performable } from "./answer-to.ts"
export { type ExecutionEvent, executionEvent, isInTime } from "./execution-event.ts"
