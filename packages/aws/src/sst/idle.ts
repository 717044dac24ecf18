import { arn, functionArn, physicalName } from "./names.ts"

/**
 * What the drain function needs to set its wake-up: a group for that one schedule, and a role with which EventBridge
 * Scheduler may invoke the function, and nothing else.
 */
export function createIdleMode(name: string, drainName: string, options: $util.ComponentResourceOptions) {
  const schedule = `${physicalName(`${name}Idle`)}/next`
  new aws.scheduler.ScheduleGroup(`${name}Idle`, { name: physicalName(`${name}Idle`) }, options)
  const role = new aws.iam.Role(
    `${name}IdleRole`,
    {
      assumeRolePolicy: policy({
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", identifiers: ["scheduler.amazonaws.com"] }],
        conditions: [equals("aws:SourceAccount", aws.getCallerIdentityOutput().accountId)],
      }),
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

function policy(statement: aws.types.input.iam.GetPolicyDocumentStatementArgs) {
  return aws.iam.getPolicyDocumentOutput({ statements: [statement] }).json
}

function equals<Value>(variable: string, value: Value) {
  return { test: "StringEquals", variable, values: [value] }
}
