/** Where the jobs live. */
export interface Database {
  /** A connection string with the direct address, because a drain can't hold locks through a transaction pooler. */
  readonly url: $util.Input<string>
  /** The network that the functions join to reach the database. */
  readonly vpc?: sst.aws.Vpc
  /** Variables that the functions need to connect. */
  readonly environment?: Record<string, string>
}

/**
 * A new Aurora Serverless cluster in a network of its own. It keeps half a capacity unit, because queries every minute
 * would never let it pause. Jobs and hand-overs reach the internet through the NAT.
 */
export function newAurora(name = "SluiceAurora"): Database {
  const vpc = new sst.aws.Vpc(`${name}Network`, { nat: "ec2" })
  const scaling = { min: "0.5 ACU", max: "4 ACU" } as const
  const aurora = new sst.aws.Aurora(name, { engine: "postgres", version: "17", scaling, vpc })
  const url = $interpolate`postgresql://${aurora.username}:${aurora.password}@${aurora.host}:${aurora.port}/${aurora.database}?sslmode=verify-full`
  // The certificates of Amazon's databases: Lambda has them, but Node doesn't load them by default.
  return { url, vpc, environment: { NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" } }
}

/** A new Neon project. The app needs `providers: { neon: "0.13.0" }`, and the deployment NEON_API_KEY. */
export function newNeonProject(name = "SluiceNeon"): Database {
  const { databaseUser, databasePassword, databaseHost, databaseName } = new neon.Project(name, {
    name: `${$app.name}-${$app.stage}`,
    regionId: $interpolate`aws-${aws.getRegionOutput().region}`,
    pgVersion: 17,
  })
  return {
    url: $interpolate`postgresql://${databaseUser}:${databasePassword}@${databaseHost}/${databaseName}?sslmode=verify-full`,
  }
}

/** The part of the provider's types that is used here. Its own types exist only after `sst install`. */
declare const neon: {
  Project: new (
    name: string,
    args: { name: string; regionId: $util.Input<string>; pgVersion: number },
  ) => Record<"databaseUser" | "databasePassword" | "databaseHost" | "databaseName", $util.Output<string>>
}
