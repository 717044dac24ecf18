/**
 * Where the jobs live: a connection string, alone in a `sst.Secret` or with a network, or a database that SST makes. The
 * address of an `sst.aws.Postgres` or `sst.aws.Aurora` is the direct one, also where it has a proxy; the functions join
 * its subnets and security groups. Give `{ url, vpc }` instead where these security groups don't let each other in.
 */
export type Database = Connection | sst.Secret | sst.aws.Postgres | sst.aws.Aurora

export interface Connection {
  /** A connection string with the direct address, because a drain can't hold locks through a transaction pooler. */
  readonly url: $util.Input<string> | sst.Secret
  /** The network that the functions join to reach the database. */
  readonly vpc?: NonNullable<sst.aws.FunctionArgs["vpc"]>
  /** Variables that the functions, and those linked to the component, need to connect. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What the component's functions need to connect. */
export interface ResolvedDatabase extends Connection {
  readonly url: $util.Input<string>
  /** `sst dev` uses a database on the developer's machine, which no function on AWS can reach. */
  readonly isLocal?: boolean
}

export function resolveDatabase(database: Database): ResolvedDatabase {
  if (database instanceof sst.Secret) return { url: database.value }
  if (database instanceof sst.aws.Postgres) return resolvePostgres(database)
  if (database instanceof sst.aws.Aurora) return resolveAurora(database)
  const { url } = database
  return { ...database, url: url instanceof sst.Secret ? url.value : url }
}

/** A new Neon project. The app needs `providers: { neon: "0.13.0" }`, and the deployment NEON_API_KEY. */
export function newNeonProject(name = "SluiceNeon"): Connection {
  const { databaseUser, databasePassword, databaseHost, databaseName } = new neon.Project(name, {
    name: `${$app.name}-${$app.stage}`,
    regionId: $interpolate`aws-${aws.getRegionOutput().region}`,
    pgVersion: 17,
  })
  return {
    url: $interpolate`postgresql://${databaseUser}:${databasePassword}@${databaseHost}/${databaseName}?sslmode=verify-full`,
  }
}

function resolvePostgres(postgres: sst.aws.Postgres): ResolvedDatabase {
  const { instance } = postgres.nodes
  if (!instance) return resolveLocal(postgres)
  return resolveAmazon(postgres, instance.address, instance)
}

function resolveAurora(aurora: sst.aws.Aurora): ResolvedDatabase {
  const { cluster } = aurora.nodes
  if (!cluster) return resolveLocal(aurora)
  return resolveAmazon(aurora, cluster.endpoint, cluster)
}

/** The database's `dev` option gives its address, and no network, in `sst dev`. */
function resolveLocal(database: sst.aws.Postgres | sst.aws.Aurora): ResolvedDatabase {
  return { url: urlOf(database, database.host), isLocal: true }
}

function resolveAmazon(
  database: sst.aws.Postgres | sst.aws.Aurora,
  host: $util.Output<string>,
  server: Pick<aws.rds.Cluster, "dbSubnetGroupName" | "engine" | "vpcSecurityGroupIds">,
): ResolvedDatabase {
  const postgresHost = $util.all([host, server.engine]).apply(([host, engine]) => {
    if (engine.includes("postgres")) return host
    throw new Error(
      `Sluice's database is an Aurora cluster with the engine ${engine}: give engine: "postgres"`,
    )
  })
  return {
    url: urlOf(database, postgresHost, $dev ? "no-verify" : "verify-full"),
    vpc: {
      privateSubnets: aws.rds.getSubnetGroupOutput({ name: server.dbSubnetGroupName }).subnetIds,
      securityGroups: server.vpcSecurityGroupIds,
    },
    // Amazon's certificates: Lambda has them, but Node doesn't load them by default. In `sst dev` functions run on the
    // developer's machine, which lacks them, and reach the database through SST's tunnel.
    ...(!$dev && { environment: { NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" } }),
  }
}

function urlOf(
  { username, password, port, database }: sst.aws.Postgres | sst.aws.Aurora,
  host: $util.Output<string>,
  sslMode?: "no-verify" | "verify-full",
) {
  const query = sslMode ? `?sslmode=${sslMode}` : ""
  return $util
    .all([username, password, host, port, database])
    .apply(([username, password, host, port, database]) => {
      const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`
      return `postgresql://${login}@${host}:${port}/${encodeURIComponent(database)}${query}`
    })
}

/** The part of the provider's types that is used here. Its own types exist only after `sst install`. */
declare const neon: {
  Project: new (
    name: string,
    args: { name: string; regionId: $util.Input<string>; pgVersion: number },
  ) => Record<"databaseUser" | "databasePassword" | "databaseHost" | "databaseName", $util.Output<string>>
}
