import type { LambdaClient } from "@aws-sdk/client-lambda"

let client: LambdaClient | undefined

/**
 * Invokes the drain function without waiting for it, and returns the request id of the invocation. The SDK is loaded
 * when it is first needed, because most invocations do without it.
 *
 * @param functionName Name or ARN. The caller needs `lambda:InvokeFunction` on it.
 */
export async function invokeDrain(functionName: string, event: object): Promise<string | undefined> {
  const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda")
  client ??= new LambdaClient({ maxAttempts: 2 })
  const { $metadata } = await client.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: "Event",
      Payload: JSON.stringify(event),
    }),
  )
  return $metadata.requestId
}
