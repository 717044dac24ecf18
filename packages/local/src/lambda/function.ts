/** A function of `createHost`, with the names and defaults of `sst.aws.Function`. */
export interface FunctionConfig {
  /** The folder of the bundle, which is `LAMBDA_TASK_ROOT` and the working directory of the process. */
  readonly bundleDir: string
  /** `file.export` within `bundleDir`, such as `bundle.handler`. */
  readonly handler: string
  /** The function's own variables. None are inherited from the host's environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** Default 20 s. */
  readonly timeoutMs?: number
  /** Default 1024. */
  readonly memoryMb?: number
  /** Reserved concurrency: the maximum number of processes at the same time. Default 10. */
  readonly maxEnvironments?: number
}

/** A function as the host runs it, with all defaults filled in. */
export interface LambdaFunction extends Required<FunctionConfig> {
  readonly name: string
  readonly arn: string
}

export const ACCOUNT_ID = "000000000000"

/** Fills in the defaults and the variables that Lambda sets. The AWS SDK finds this host at the two URLs. */
export function resolveFunction(
  name: string,
  config: FunctionConfig,
  host: { region: string; invokeApiUrl: string; schedulerApiUrl: string },
): LambdaFunction {
  const { region, invokeApiUrl, schedulerApiUrl } = host
  const { timeoutMs = 20_000, memoryMb = 1_024, maxEnvironments = 10, handler, bundleDir } = config
  return {
    name,
    arn: `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`,
    timeoutMs,
    memoryMb,
    maxEnvironments,
    handler,
    bundleDir,
    environment: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LANG: "en_US.UTF-8",
      TZ: "UTC",
      _HANDLER: handler,
      LAMBDA_TASK_ROOT: bundleDir,
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${process.pid}`,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      // No request can reach the real AWS: the keys are fake, and profiles on this machine are ignored.
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL_LAMBDA: invokeApiUrl,
      AWS_ENDPOINT_URL_SCHEDULER: schedulerApiUrl,
      ...config.environment,
    },
  }
}
