import { createHash } from "node:crypto"

/** AWS's limit for the names of functions, roles and schedule groups. */
const LONGEST_NAME = 64
const LONGEST_LOGICAL_NAME = 40

/**
 * Names are fixed instead of random, so that a role can name its function, its log and its schedule. A name that is too
 * long loses the end of the stage, and has a hash of all of it instead.
 */
export function physicalName(logicalName: string) {
  const deployment = `${$app.name}-${$app.stage}`
  const name = `${deployment}-${logicalName}`
  if (name.length <= LONGEST_NAME) return name
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8)
  const ending = `-${hash}-${logicalName.slice(0, LONGEST_LOGICAL_NAME)}`
  return deployment.slice(0, LONGEST_NAME - ending.length) + ending
}

export function functionArn(name: string) {
  return arn("lambda", `function:${name}`)
}

export function arn(service: string, resource: string) {
  const { partition } = aws.getPartitionOutput()
  const { region } = aws.getRegionOutput()
  const { accountId } = aws.getCallerIdentityOutput()
  return $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`
}
