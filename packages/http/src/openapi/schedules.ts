import {
  deleteSchedule,
  getSchedule,
  listSchedules,
  listTicks,
  pauseSchedule,
  resumeSchedule,
  runSchedule,
  setSchedule,
} from "../api/schedule-routes.ts"
import { component, type Described, describe, schemasOf } from "./describe.ts"
import { pauseRequest } from "./pauses.ts"
import { afterNote, instantOrNull, limitNote } from "./values.ts"

const ofSchedule = {
  name: "The name of its jobs.",
  cron: {
    description:
      "Minute, hour, day of the month, month and weekday, with the second before them if there are six fields; or @hourly, @daily, @weekly, @monthly, @yearly.",
    examples: ["0 3 * * *"],
  },
  every: "The time from tick to tick, in place of `cron`. At least a second.",
  timeZone: "An IANA time zone. Default UTC.",
  payload: "The payload of each job. Default {}.",
  options:
    "The options of each enqueue, as for `POST /v1/jobs`, but for runAt, expiresAt and idempotencyKey, which would be the same each time.",
  jitter: "Enqueues each job up to this long after its tick. Up to a day.",
  startsAt: "No tick is before it.",
  endsAt: "No tick is after it. It must be after startsAt.",
  catchUp: {
    description: "What becomes of ticks that were missed because nobody drained. Default once.",
    notes: { policy: "As by itself.", within: "How old a missed tick may be." },
  },
  overlap: "What becomes of a tick while the job of an earlier one is unfinished. Default allow.",
  enabled: "Default true.",
}

const scheduleRequest = component("ScheduleRequest", setSchedule.body, ofSchedule, {
  examples: [{ name: "report", cron: "0 3 * * *", timeZone: "Europe/Berlin" }],
})

const tick = {
  type: "object",
  required: ["tick", "outcome", "jobId", "jobState", "error", "requested"],
  properties: {
    tick: { type: "string", format: "date-time" },
    outcome: { enum: ["enqueued", "deduplicated", "skipped", "missed", "failed"] },
    jobId: { type: ["string", "null"] },
    jobState: { type: ["string", "null"] },
    error: { type: ["string", "null"], description: "Why its job could not be enqueued." },
    requested: { type: "boolean", description: "Whether somebody ran the schedule." },
  },
}

const schedule = {
  type: "object",
  required: ["key", "name", "timeZone", "overlap", "enabled", "dynamic", "paused", "next", "runs"],
  properties: {
    ...(scheduleRequest.schema.properties as object),
    key: { type: "string" },
    cron: { type: ["string", "null"] },
    every: { type: ["string", "number", "null"] },
    jitter: { type: ["string", "number"] },
    startsAt: instantOrNull,
    endsAt: instantOrNull,
    catchUp: {
      type: "object",
      required: ["policy", "within"],
      properties: {
        policy: { enum: ["skip", "once", "all"] },
        within: { type: ["string", "number", "null"] },
      },
    },
    dynamic: {
      type: "boolean",
      description: "False for one that is defined in code, which can't be changed here.",
    },
    paused: { type: "boolean" },
    pausedUntil: instantOrNull,
    next: {
      type: "array",
      items: { type: "string", format: "date-time" },
      description: "The next five ticks.",
    },
    runs: { type: "array", description: "The last ticks, the newest first.", items: tick },
    jobId: { type: "string", description: "Of a run that was asked for: the job." },
    createdAt: { type: "string", format: "date-time" },
    updatedAt: { type: "string", format: "date-time" },
  },
}

export const scheduleSchemas = {
  ...schemasOf(scheduleRequest),
  Schedule: schedule,
  TickList: {
    type: "object",
    required: ["ticks"],
    properties: {
      ticks: { type: "array", items: tick },
      next: { type: "string", description: "Present when more may follow: send it as `after`." },
    },
  },
  Schedules: {
    type: "object",
    required: ["schedules"],
    properties: { schedules: { type: "array", items: { $ref: "#/components/schemas/Schedule" } } },
  },
}

export const scheduleOperations: readonly Described[] = [
  describe(listSchedules, {
    id: "listSchedules",
    tag: "schedules",
    summary: "List schedules",
    parameters: {
      after: "Only schedules whose keys come after this one.",
      limit: limitNote("1,000"),
      name: "Only schedules of jobs of this name.",
      queue: "Only schedules whose jobs go to this queue, as their definition is now.",
    },
    responses: {
      200: { description: "The schedules, ordered by key, each with its last run.", body: "Schedules" },
    },
  }),
  describe(getSchedule, {
    id: "getSchedule",
    tag: "schedules",
    summary: "Read a schedule, its next five ticks and its last ten runs",
    responses: { 200: { description: "The schedule.", body: "Schedule" } },
    problems: [404],
  }),
  describe(listTicks, {
    id: "listTicks",
    tag: "schedules",
    summary: "List what became of the ticks of a schedule, the newest first",
    parameters: {
      limit: limitNote("20"),
      after: afterNote,
    },
    responses: { 200: { description: "The ticks; none of a schedule that isn't there.", body: "TickList" } },
  }),
  describe(setSchedule, {
    id: "setSchedule",
    tag: "schedules",
    summary: "Store a schedule, in place of the one with this key",
    body: scheduleRequest,
    responses: { 200: { description: "The schedule.", body: "Schedule" } },
    problems: [409],
  }),
  describe(deleteSchedule, {
    id: "deleteSchedule",
    tag: "schedules",
    summary: "Delete a schedule; its jobs stay",
    responses: { 204: { description: "It is deleted." } },
    problems: [404, 409],
  }),
  describe(runSchedule, {
    id: "runSchedule",
    tag: "schedules",
    summary: "Enqueue a job of the schedule now",
    responses: { 200: { description: "The schedule, with `jobId`, the job's id.", body: "Schedule" } },
    problems: [404, 429],
  }),
  describe(pauseSchedule, {
    id: "pauseSchedule",
    tag: "schedules",
    summary: "Pause a schedule: its ticks of this time are dropped",
    body: pauseRequest,
    responses: { 200: { description: "The schedule.", body: "Schedule" } },
    problems: [404],
  }),
  describe(resumeSchedule, {
    id: "resumeSchedule",
    tag: "schedules",
    summary: "Resume a schedule",
    responses: { 200: { description: "The schedule.", body: "Schedule" } },
    problems: [404],
  }),
]
