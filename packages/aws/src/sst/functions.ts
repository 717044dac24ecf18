import type { ResolvedDatabase } from "./databases.ts"
import { arn, physicalName } from "./names.ts"
import { refuse } from "./refuse.ts"
import { inTurn } from "./transform.ts"

/**
 * A function's settings that belong to the app, as in `sst.aws.Function`; the component decides the rest. `nodejs` is for
 * packages that aren't bundled, such as native modules: `nodejs: { install: ["sharp"] }`. The code is minified and keeps the
 * names of functions and classes; `nodejs: { minify: false }` keeps its lines too.
 */
export interface FunctionSettings
  extends Pick<sst.aws.FunctionArgs, "architecture" | "layers" | "nodejs" | "storage" | "transform"> {
  /** The file and its export: `"src/drain.handler"`. */
  readonly handler: string
  /** At most 15 minutes, and 30 seconds behind the API, as API Gateway waits no longer. */
  readonly timeout?: Extract<sst.aws.FunctionArgs["timeout"], string>
  readonly memory?: Extract<sst.aws.FunctionArgs["memory"], string>
  /** Default `"nodejs24.x"`. */
  readonly runtime?: "nodejs22.x" | "nodejs24.x"
  /** Resources that its code uses besides the database. */
  readonly link?: unknown[]
  /** Variables besides those that the component sets. */
  readonly environment?: Readonly<Record<string, $util.Input<string>>>
  readonly permissions?: sst.aws.FunctionPermissionArgs[]
  readonly copyFiles?: { from: string; to?: string }[]
}

/** A handler such as `"src/drain.handler"`, or a function's settings. */
export type FunctionOption = string | FunctionSettings

/** What the component decides. */
export interface OwnArgs
  extends Pick<FunctionSettings, "link" | "permissions">,
    Pick<sst.aws.FunctionArgs, "concurrency" | "dev" | "retries" | "streaming" | "url"> {
  readonly timeout: NonNullable<FunctionSettings["timeout"]>
  readonly memory?: NonNullable<FunctionSettings["memory"]>
  readonly environment: Readonly<Record<string, $util.Input<string>>>
}

export function createFunction(
  name: string,
  database: ResolvedDatabase,
  settings: FunctionOption,
  own: OwnArgs,
  options: $util.ComponentResourceOptions,
) {
  const theirs = settingsOf(settings)
  const { vpc } = database
  return new sst.aws.Function(
    name,
    {
      architecture: "arm64",
      logging: { format: "json", retention: "1 month" },
      ...(vpc && { vpc }),
      ...own,
      ...theirs,
      name: physicalName(name),
      timeout: theirs.timeout ?? own.timeout,
      memory: theirs.memory ?? own.memory,
      nodejs: nodejsOf(theirs.nodejs),
      link: [...(own.link ?? []), ...(theirs.link ?? [])],
      environment: environmentOf(name, database, theirs, own),
      permissions: [permissionToLog(name), ...(own.permissions ?? []), ...(theirs.permissions ?? [])],
      transform: {
        ...theirs.transform,
        role: inTurn(roleOf(database), theirs.transform?.role),
        // An event that finds no free environment is dropped after this time, because the next tick comes.
        eventInvokeConfig: inTurn({ maximumEventAgeInSeconds: 60 }, theirs.transform?.eventInvokeConfig),
      },
    },
    options,
  )
}

export function settingsOf(option: FunctionOption): FunctionSettings {
  return typeof option === "string" ? { handler: option } : option
}

/** Not bundled: the SDK, which is part of Lambda's runtime, and what pg loads if it is asked for libpq's client, which isn't. */
const EXTERNAL = ["@aws-sdk/*", "/*/pg/lib/native/index.js"]

/**
 * A cold start reads less than half if the code is minified, and less again
 * if what is imported when it is needed is in files of its own, which esbuild can't do in CommonJS format.
 */
function nodejsOf(theirs: FunctionSettings["nodejs"]) {
  return $util.output(theirs).apply((nodejs) => ({
    minify: true,
    splitting: nodejs?.format !== "cjs",
    ...nodejs,
    esbuild: { ...nodejs?.esbuild, external: [...EXTERNAL, ...(nodejs?.esbuild?.external ?? [])] },
  }))
}

function environmentOf(
  name: string,
  { environment: needed }: ResolvedDatabase,
  theirs: FunctionSettings,
  own: OwnArgs,
) {
  const decided = { POWERTOOLS_SERVICE_NAME: physicalName(name), ...own.environment } // the metrics' dimension `service`
  for (const key of Object.keys(theirs.environment ?? {}).filter((key) => key in decided)) {
    refuse(
      `${name}'s environment sets ${key}`,
      "the component sets it: remove it, and use the component's options",
    )
  }
  return { ...needed, ...theirs.environment, ...decided }
}

function permissionToLog(name: string) {
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [arn("logs", `log-group:/aws/lambda/${physicalName(name)}:*`)],
  }
}

const NETWORK_POLICY = "service-role/AWSLambdaENIManagementAccess"

/** Instead of AWS's managed policies, which allow every log group of the account. */
function roleOf({ vpc }: ResolvedDatabase) {
  const { partition } = aws.getPartitionOutput()
  return {
    managedPolicyArns: vpc ? [$interpolate`arn:${partition}:iam::aws:policy/${NETWORK_POLICY}`] : [],
    // SST's default lets the whole account assume the role, which only `sst dev` needs.
    ...(!$dev && {
      assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
    }),
  }
}
