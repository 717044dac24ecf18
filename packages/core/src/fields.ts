// What callers from outside may send, for @sluice/http: @sluice/core/fields. Core checks by the same declarations.

export { API_KEY, apiKeyId, LIST_ACTIONS, LIST_API_KEYS, ROTATE_API_KEY } from "./access/fields.ts"
export { ROLES } from "./access/principal.ts"
export { RECORDED_VERBS } from "./access/recorded-verbs.ts"
export { LIST_BATCHES, OF_BATCH, RETRY_BATCH } from "./batches/fields.ts"
export { assertJson } from "./checks/assert-json.ts"
export {
  anyJson,
  type Field,
  type Fields,
  field,
  integer,
  list,
  name,
  notNull,
  type ObjectField,
  object,
  oneOf,
  oneOrSome,
  period,
  place,
  type Rule,
  required,
  text,
  textLike,
  textOf,
  type ValueOf,
  type ValuesOf,
  yesOrNo,
} from "./checks/field.ts"
export { isRecord, nearest, type Path } from "./checks/validate.ts"
export { callbackOptions, enqueueOptions, OPTIONS, stepOptions } from "./enqueue/options.ts"
export {
  COUNT_JOBS,
  drainerId,
  ERROR_RANGE,
  EXAMINE,
  fingerprintField,
  LIST_DEFINITIONS,
  LIST_DRAINERS,
  LIST_ERRORS,
  LIST_FAILURES,
  LIST_JOBS,
  LIST_KEYS,
  LIST_RATES,
  LIST_SERIES,
  LIST_WAITS,
  MEASURED,
  READ_JOB,
  SAMPLE_QUEUES,
  STEPPED,
  stepText,
} from "./inspect/fields.ts"
export { batchId } from "./job/batch-id.ts"
export { CONDITIONS, inputText, jobFilter } from "./job/job-filter.ts"
export { jobId } from "./job/job-id.ts"
export { instant } from "./job/option-values.ts"
export { assertMetadata } from "./job/payload.ts"
export { SCHEDULE } from "./job/schedule-fields.ts"
export { waitToken } from "./job/wait-token.ts"
export {
  COMPLETE_WAIT,
  JOB_CHANGES,
  LIMIT_OVERRIDE,
  PAUSE,
  RATE_OVERRIDE,
  RETRY,
  WAITING_LIMITS,
} from "./manage/fields.ts"
export { assertSchedule, LIST_SCHEDULES, LIST_TICKS } from "./schedules/fields.ts"
export { stepName } from "./workflows/fields.ts"
