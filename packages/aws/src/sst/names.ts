/** Names are fixed instead of random, so that a role can name its function, its log and its schedule. */
export function physicalName(logicalName: string) {
  return `${$app.name}-${$app.stage}-${logicalName}`
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
