// All jobs that this deployment can perform. To add one, write its definition in a file beside this one and list it here.
import type { ScheduleDefinition } from "@sluice/core"
import { noop } from "./noop.ts"
import { recordUsage } from "./record-usage.ts"
import { sleep } from "./sleep.ts"
import { webhook } from "./webhook.ts"

export const jobs = [noop, recordUsage, sleep, webhook] as const

/** Their schedules: what `defineSchedule` returns, next to the job. Each deployment registers them. */
export const schedules: readonly ScheduleDefinition[] = []
