import type { Database } from "./databases.ts"
import { arn, physicalName } from "./names.ts"

/** Settings of a function that belong to the app; the component decides the rest. */
export interface FunctionSettings {
  /** As in `sst.aws.Function`: `"functions/drain.handler"`. */
  readonly handler: string
  /** Resources that its code uses besides the database. */
  readonly link?: unknown[]
  readonly environment?: Record<string, $util.Input<string>>
  readonly memory?: NonNullable<sst.aws.FunctionArgs["memory"]>
  readonly permissions?: sst.aws.FunctionPermissionArgs[]
}

/** Settings of a function that the component decides. */
export type OwnArgs = Omit<sst.aws.FunctionArgs, "handler" | keyof FunctionSettings> &
  Partial<FunctionSettings>

export function createFunction(
  name: string,
  { database }: { readonly database: Database },
  settings: string | FunctionSettings,
  own: OwnArgs,
  options: $util.ComponentResourceOptions,
) {
  const theirs = typeof settings === "string" ? { handler: settings } : settings
  const { vpc } = database
  const writeLog = {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [arn("logs", `log-group:/aws/lambda/${physicalName(name)}:*`)],
  }
  return new sst.aws.Function(
    name,
    {
      name: physicalName(name),
      architecture: "arm64",
      logging: { format: "json", retention: "1 month" },
      nodejs: { esbuild: { external: ["@aws-sdk/*"] } }, // part of Lambda's runtime
      transform: {
        // Instead of AWS's managed policies, which allow every log group of the account.
        role: {
          managedPolicyArns: vpc ? [$interpolate`arn:${partition()}:iam::aws:policy/${NETWORK_POLICY}`] : [],
          // SST's default lets the whole account assume the role, which only `sst dev` needs.
          ...(!$dev && {
            assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
          }),
        },
        // An event that finds no free environment is dropped after this time, because the next tick comes.
        eventInvokeConfig: { maximumEventAgeInSeconds: 60 },
      },
      ...(vpc && { vpc }),
      ...own,
      ...theirs,
      link: [...(own.link ?? []), ...(theirs.link ?? [])],
      environment: {
        POWERTOOLS_SERVICE_NAME: physicalName(name), // the metrics' dimension `service`
        ...database.environment,
        ...own.environment,
        ...theirs.environment,
      },
      permissions: [writeLog, ...(own.permissions ?? []), ...(theirs.permissions ?? [])],
    },
    options,
  )
}

const NETWORK_POLICY = "service-role/AWSLambdaENIManagementAccess"

function partition() {
  return aws.getPartitionOutput().partition
}
