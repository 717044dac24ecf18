import type { SluiceArgs } from "./args.ts"
import { equals, policy } from "./policy.ts"
import { transformed } from "./transform.ts"

/** Invokes the drain function again and again. Without retries, because the next tick comes anyway. */
export function createSchedule(
  name: string,
  suffix: string,
  { idle, schedule = idle ? "rate(1 hour)" : "rate(1 minute)", transform }: SluiceArgs,
  drain: sst.aws.Function,
  options: $util.ComponentResourceOptions,
) {
  const own: sst.aws.CronV2Args = {
    schedule,
    function: drain,
    retries: 0,
    transform: { role: { assumeRolePolicy: assumedByScheduler() } },
  }
  return new sst.aws.CronV2(...transformed(transform?.schedule, `${name}Schedule${suffix}`, own, options))
}

/** EventBridge Scheduler may assume the role, for schedules of this account. */
export function assumedByScheduler() {
  return policy({
    actions: ["sts:AssumeRole"],
    principals: [{ type: "Service", identifiers: ["scheduler.amazonaws.com"] }],
    conditions: [equals("aws:SourceAccount", aws.getCallerIdentityOutput().accountId)],
  })
}
