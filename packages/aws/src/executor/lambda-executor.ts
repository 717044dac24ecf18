import { InvokeCommand, LambdaClient, TooManyRequestsException } from "@aws-sdk/client-lambda"
import { type Executor, InvalidInputError, Snooze } from "@sluice/core"
import { assertKnownKeys } from "@sluice/core/checks"
import { executionEvent, resultOf, type SerializedError, toError } from "@sluice/core/executor"

export interface LambdaExecutorOptions {
  /** ARN or name of a function, optionally with a version or alias. The drain function must be allowed to invoke it. */
  readonly functionArn: string | undefined
}

/** Delay of a job whose invocation Lambda throttles without saying for how long. */
const THROTTLED_DELAY = "5s"

/**
 * Performs jobs in a Lambda function with its own size and language, and awaits its answer. docs/executors.md describes
 * event and answer. When the job's timeout passes, the execution has failed, but nothing stops the function: it has to
 * end by the event's `deadlineAt`.
 */
export function lambda(options: LambdaExecutorOptions): Executor {
  assertKnownKeys(options, ["functionArn"], ["lambda"])
  const { functionArn } = options
  return {
    async perform(payload, context) {
      if (!functionArn) throw missingFunctionError()
      const invoke = new InvokeCommand({
        FunctionName: functionArn,
        Payload: JSON.stringify(executionEvent(payload, context)),
      })
      const answer = await client()
        .send(invoke, { abortSignal: context.signal })
        .catch((error) => {
          throw error instanceof TooManyRequestsException ? toSnooze(error) : error
        })
      const parsed = JSON.parse(answer.Payload?.transformToString() || "null")
      if (answer.FunctionError) throw toError(toSerializedError(parsed))
      return resultOf(parsed, `The function ${functionArn}`, context.log)
    },
  }
}

/** Not before a job is performed: the variable that it comes from is often not set where an app is built. */
function missingFunctionError(): InvalidInputError {
  return new InvalidInputError(
    "invalid_option",
    "The functionArn of lambda({ functionArn }) is missing: give the ARN or name of a function",
    { path: ["functionArn"] },
  )
}

let lambdaClient: LambdaClient | undefined

/**
 * Invokes once, because a retry by the SDK could perform the job twice. Each invocation opens a connection, because a
 * kept one may have died while this process was frozen.
 */
function client(): LambdaClient {
  const agent = { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY }
  lambdaClient ??= new LambdaClient({
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: agent },
  })
  return lambdaClient
}

/** Nothing was performed, so the job is charged no attempt. */
function toSnooze({ retryAfterSeconds, message }: TooManyRequestsException): Snooze {
  return new Snooze(Number(retryAfterSeconds) || THROTTLED_DELAY, message)
}

/** From an error as Lambda's runtimes report it: Node calls the stack `trace`, Python and Ruby `stackTrace`. */
function toSerializedError(report: {
  errorType?: string
  errorMessage?: string
  trace?: string[]
  stackTrace?: string[]
}): Partial<SerializedError> {
  const { errorType = "Error", errorMessage = "", trace, stackTrace } = report ?? {}
  const lines = trace ?? stackTrace
  return {
    name: errorType,
    message: errorMessage,
    ...(Array.isArray(lines) && { stack: lines.join("\n") }),
  }
}
