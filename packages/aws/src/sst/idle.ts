import { arn, functionArn, physicalName } from "./names.ts"
import { equals, policy } from "./policy.ts"
import { assumedByScheduler } from "./schedule.ts"

/**
 * What the drain function needs to set its wake-up: a group for that one schedule, and a role with which EventBridge
 * Scheduler may invoke the function, and nothing else.
 */
export function createIdleMode(
  name: string,
  suffix: string,
  drainName: string,
  options: $util.ComponentResourceOptions,
) {
  const group = physicalName(`${name}Idle${suffix}`)
  const schedule = `${group}/next`
  new aws.scheduler.ScheduleGroup(`${name}Idle${suffix}`, { name: group }, options)
  const role = new aws.iam.Role(
    `${name}IdleRole${suffix}`,
    {
      name: physicalName(`${name}IdleRole${suffix}`),
      assumeRolePolicy: assumedByScheduler(),
      inlinePolicies: [
        {
          name: "inline",
          policy: policy({ actions: ["lambda:InvokeFunction"], resources: [functionArn(drainName)] }),
        },
      ],
    },
    options,
  )
  return {
    environment: { SLUICE_IDLE_SCHEDULE: schedule, SLUICE_IDLE_ROLE: role.arn },
    permissions: [
      {
        actions: ["Create", "Update", "Get", "Delete"].map((verb) => `scheduler:${verb}Schedule`),
        resources: [arn("scheduler", `schedule/${schedule}`)],
      },
      {
        actions: ["iam:PassRole"],
        resources: [role.arn],
        conditions: [equals("iam:PassedToService", "scheduler.amazonaws.com")],
      },
    ],
  }
}
