import type { Invocation } from "@sluice/core"
import { assertKnownKeys } from "@sluice/core/checks"

/** Where the logs of a drainer are, whose label is given. Undefined: nowhere that is known. */
export type LogLink = (drainer: string) => string | undefined

const REQUEST_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Leads to the lines of an invocation in CloudWatch Logs, by the request id that is the label of a drainer on Lambda. Of a
 * deployment with pools it looks in the group of one drain function only.
 *
 * @param of.functionName The drain function, by its name or ARN. Undefined: there are no links.
 */
export function cloudWatchLogs(of: {
  readonly region: string | undefined
  readonly functionName: string | undefined
}): LogLink {
  assertKnownKeys(of, ["region", "functionName"], ["cloudWatchLogs"])
  const { region } = of
  const functionName = of.functionName?.split(":")[of.functionName.startsWith("arn:") ? 6 : 0]
  if (!region || !functionName) return () => undefined
  const group = consoleEncoded(`/aws/lambda/${functionName}`)
  return (drainer) => {
    if (!REQUEST_ID.test(drainer)) return undefined
    const lines = `log-events$3FfilterPattern$3D${consoleEncoded(`"${drainer}"`)}`
    return `${consoleOf(region)}#logsV2:log-groups/log-group/${group}/${lines}`
  }
}

/** Leads to the lines of an invocation in the log stream that its host has told. Undefined: it hasn't. */
export function logStreamLink(of: Invocation): string | undefined {
  const { region, logGroup, logStream, requestId } = of
  if (!region || !REGION.test(region) || !logGroup || !logStream) return undefined
  const only = requestId ? `$3FfilterPattern$3D${consoleEncoded(`"${requestId}"`)}` : ""
  const lines = `log-events/${consoleEncoded(logStream)}${only}`
  return `${consoleOf(region)}#logsV2:log-groups/log-group/${consoleEncoded(logGroup)}/${lines}`
}

/** It becomes a part of a host's name. */
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/

function consoleOf(region: string): string {
  return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`
}

/** As the console writes a value into the fragment of its address: encoded twice, with `$` in place of `%`. */
function consoleEncoded(value: string): string {
  return encodeURIComponent(encodeURIComponent(value)).replaceAll("%", "$")
}
