import { InvokeCommand, LambdaClient, TooManyRequestsException } from "@aws-sdk/client-lambda"
import { type Executor, Snooze } from "@sluice/core"
import { type DescribedError, executionEvent, restoredError, resultOf } from "@sluice/core/executor"

export interface LambdaExecutorOptions {
  /** The ARN of a function, or its name; with a version or alias if you like. The drain function must be allowed to invoke it. */
  readonly functionArn: string
}

/** How long a job waits when Lambda has no room for its function and doesn't say how long. */
const THROTTLED_WAIT = "5s"

/**
 * Performs jobs in a Lambda function of its own size and language, and awaits its answer. Event and answer are described
 * in docs/executors.md. At its timeout the job has failed here, but nothing stops the function: it has to be done by
 * the event's `deadlineAt`.
 */
export function lambda({ functionArn }: LambdaExecutorOptions): Executor {
  return {
    async perform(payload, context) {
      const invoke = new InvokeCommand({
        FunctionName: functionArn,
        Payload: JSON.stringify(executionEvent(payload, context)),
      })
      const answer = await client()
        .send(invoke, { abortSignal: context.signal })
        .catch((error) => {
          throw error instanceof TooManyRequestsException ? throttled(error) : error
        })
      const parsed = JSON.parse(answer.Payload?.transformToString() || "null")
      if (answer.FunctionError) throw restoredError(described(parsed))
      return resultOf(parsed, `The function ${functionArn}`, context.log)
    },
  }
}

let lambdaClient: LambdaClient | undefined

/**
 * Invokes once, because a second try of the SDK's could perform the job twice. A connection serves one invocation,
 * because one that is kept may have died while this process was frozen.
 */
function client(): LambdaClient {
  const agent = { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY }
  lambdaClient ??= new LambdaClient({
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: agent },
  })
  return lambdaClient
}

/** Nothing was performed, so no attempt is counted. */
function throttled({ retryAfterSeconds, message }: TooManyRequestsException): Snooze {
  return new Snooze(Number(retryAfterSeconds) || THROTTLED_WAIT, message)
}

/** The error as Lambda's runtimes report it: Node calls the stack `trace`, Python and Ruby `stackTrace`. */
function described(report: {
  errorType?: string
  errorMessage?: string
  trace?: string[]
  stackTrace?: string[]
}): Partial<DescribedError> {
  const { errorType = "Error", errorMessage = "", trace, stackTrace } = report ?? {}
  const lines = trace ?? stackTrace
  return {
    ...{ name: errorType, message: errorMessage },
    ...(Array.isArray(lines) && { stack: lines.join("\n") }),
  }
}
