import type { SluiceArgs } from "./args.ts"

/** What a function is given to reach the snapshot. */
interface Access {
  readonly environment: Readonly<Record<string, $util.Input<string>>>
  readonly permissions: sst.aws.FunctionPermissionArgs[]
}

export interface Snapshots {
  readonly bucket: sst.aws.Bucket
  readonly drain: Access
  readonly dashboard: Access
}

/**
 * The bucket in which drain functions leave the overview for the dashboard, which in idle mode shows it without waking the
 * database. One object, replaced at the end of each drain that leaves nothing due.
 */
export function createSnapshots(
  name: string,
  { idle, dashboard }: SluiceArgs,
  options: $util.ComponentResourceOptions,
): Snapshots | undefined {
  if (!idle || !dashboard) return undefined
  const bucket = new sst.aws.Bucket(`${name}Snapshots`, {}, options)
  const environment = { SLUICE_SNAPSHOT: $interpolate`s3://${bucket.name}/overview.json` }
  const object = $interpolate`${bucket.arn}/overview.json`
  return {
    bucket,
    drain: { environment, permissions: [{ actions: ["s3:PutObject"], resources: [object] }] },
    dashboard: {
      environment,
      permissions: [
        { actions: ["s3:GetObject", "s3:PutObject"], resources: [object] },
        { actions: ["s3:ListBucket"], resources: [bucket.arn] }, // else S3 doesn't tell that there is no object yet
      ],
    },
  }
}
