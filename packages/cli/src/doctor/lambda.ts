import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Finding } from "@sluice/core"

/** The part of the SDK's client that is used here. It is the app's, which deploys to Lambda. */
interface LambdaSdk {
  readonly LambdaClient: new (
    settings: object,
  ) => { send(command: unknown): Promise<Settings>; destroy(): void }
  readonly GetFunctionRecursionConfigCommand: new (input: { FunctionName: string }) => unknown
  readonly GetFunctionEventInvokeConfigCommand: new (input: { FunctionName: string }) => unknown
}

interface Settings {
  readonly RecursiveLoop?: string
  readonly MaximumRetryAttempts?: number
}

/** What Lambda's settings of a drain function mean for the jobs. Needs the credentials that the AWS CLI has. */
export async function* examineFunction(name: string): AsyncGenerator<Finding> {
  const sdk = await loadSdk()
  if (!sdk) {
    yield {
      check: "lambda",
      level: "note",
      code: "sdk_missing",
      values: {},
      text: "the settings of the function can't be read: there is no @aws-sdk/client-lambda here",
      remedy: "Run it in the folder of the app, or npm install @aws-sdk/client-lambda",
    }
    return
  }
  const client = new sdk.LambdaClient({ maxAttempts: 2 })
  const given = { FunctionName: name }
  try {
    const loop = client.send(new sdk.GetFunctionRecursionConfigCommand(given))
    yield await loop.then(
      (found) => recursion(name, found),
      (error) => unreadable("recursion", name, error),
    )
    const retries = client.send(new sdk.GetFunctionEventInvokeConfigCommand(given))
    yield await retries.then(
      (found) => asyncRetries(name, found),
      (error) =>
        // it has none of its own: then Lambda's defaults apply
        error.name === "ResourceNotFoundException"
          ? asyncRetries(name, {})
          : unreadable("retries", name, error),
    )
  } finally {
    client.destroy()
  }
}

/** Lambda ends a chain of about 16 invocations of a function by itself, unless it is allowed: then a backlog waits for the schedule. */
function recursion(name: string, { RecursiveLoop: loop }: Settings): Finding {
  const about = { check: "recursion", values: { function: name } }
  if (loop === "Allow")
    return { ...about, level: "ok", code: "recursion_allowed", text: `${name} may invoke itself` }
  return {
    ...about,
    level: "wrong",
    code: "recursion_stopped",
    text: `Lambda stops ${name} when it has invoked itself about 16 times in a row`,
    remedy: `Deploy it with the SST component, or run aws lambda put-function-recursion-config --function-name ${name} --recursive-loop Allow`,
  }
}

/** Jobs have retries of their own. Lambda's would drain again at once after a crash, beside the schedule. */
function asyncRetries(name: string, { MaximumRetryAttempts: attempts = 2 }: Settings): Finding {
  const about = { check: "asyncRetries", values: { function: name, attempts } }
  if (attempts === 0) {
    const text = `Lambda doesn't repeat failed invocations of ${name}`
    return { ...about, level: "ok", code: "async_retries_off", text }
  }
  return {
    ...about,
    level: "note",
    code: "async_retries_on",
    text: `Lambda repeats a failed invocation of ${name} ${attempts === 1 ? "once" : `up to ${attempts} times`}`,
    remedy: `Jobs are retried anyway: aws lambda put-function-event-invoke-config --function-name ${name} --maximum-retry-attempts 0`,
  }
}

function unreadable(check: string, name: string, { message }: Error): Finding {
  const text = `the settings of ${name} can't be read: ${message}`
  return { check, level: "wrong", code: "unreadable", values: { function: name, error: message }, text }
}

async function loadSdk(): Promise<LambdaSdk | undefined> {
  try {
    const path = createRequire(join(process.cwd(), "package.json")).resolve("@aws-sdk/client-lambda")
    return await import(pathToFileURL(path).href)
  } catch {
    return undefined
  }
}
