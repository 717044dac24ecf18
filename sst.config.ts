/// <reference path="./.sst/platform/config.d.ts" />

/**
 * Where the jobs live:
 * - "url": a Postgres that you have, on Neon or anywhere: `npx sst secret set SluiceDatabaseUrl 'postgresql://…'`.
 *   Its direct address: through a transaction pooler, as Neon's `-pooler` hosts are, a drain can't hold its locks.
 * - "aurora": a new Aurora Serverless cluster in a network of its own.
 * - "neon": a new Neon project; deploying then needs NEON_API_KEY.
 */
const database = "url" as "url" | "aurora" | "neon"

/** Drain functions that may work at the same time, each with a database session of its own. */
const maxDrainers = 10

export default $config({
  app({ stage }) {
    const production = stage === "production"
    return {
      name: "sluice",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      providers: { aws: {}, ...(database === "neon" && { neon: "0.13.0" }) },
    }
  },

  async run() {
    const { url, ...place } = { url: existingDatabase, aurora: newAurora, neon: newNeonProject }[database]()
    const linkedDatabase = new sst.Linkable("SluiceDatabase", { properties: { url } })
    const apiKey = new sst.Secret("SluiceApiKey")

    const migrate = new sst.aws.Function("SluiceMigrate", {
      ...common("migrate", place),
      link: [linkedDatabase],
      copyFiles: [{ from: "migrations" }],
      timeout: "15 minutes",
      dev: false,
    })
    // Runs at deploy when the package has changed: its key is a hash of code, migrations and linked database.
    const migrated = new aws.lambda.Invocation("SluiceMigrated", {
      functionName: migrate.name,
      input: "{}",
      triggers: { package: migrate.nodes.function.s3Key.apply(String) },
    })
    const afterMigration = { dependsOn: migrated }

    const drain = new sst.aws.Function(
      "SluiceDrain",
      {
        ...common("drain", place, {
          actions: ["lambda:InvokeFunction"],
          resources: [arn("lambda", `function:${functionName("drain")}`)],
        }),
        link: [linkedDatabase],
        timeout: "15 minutes",
        // One place more than drainers, for the successor that starts while its predecessor ends. A new AWS
        // account has 10 places in all and can reserve none: have that quota raised, or leave this line out.
        concurrency: { reserved: maxDrainers + 1 },
        retries: 0, // the queue retries jobs, the schedule brings the next drain
      },
      afterMigration,
    )
    // Without it AWS stops a drain that hands over to itself after about 16 times.
    new aws.lambda.FunctionRecursionConfig("SluiceDrainRecursion", {
      functionName: drain.name,
      recursiveLoop: "Allow",
    })
    new sst.aws.Cron("SluiceSchedule", { schedule: "rate(1 minute)", function: drain })

    const enqueue = new sst.aws.Function(
      "SluiceEnqueue",
      { ...common("enqueue", place), link: [linkedDatabase, apiKey], timeout: "29 seconds" },
      afterMigration,
    )
    const api = new sst.aws.ApiGatewayV2("SluiceApi", { cors: false, accessLog: { retention: "1 month" } })
    api.route("$default", enqueue.arn)

    return { api: api.url }
  },
})

interface Place {
  vpc?: sst.aws.Vpc
  environment?: Record<string, string>
}

/** What the functions have in common. Their names are fixed, so that a role can name its function and its log. */
function common(name: string, { vpc, environment }: Place, ...permissions: sst.aws.FunctionPermissionArgs[]) {
  const writeLog = {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [arn("logs", `log-group:/aws/lambda/${functionName(name)}:*`)],
  }
  return {
    name: functionName(name),
    handler: `functions/${name}.handler`,
    architecture: "arm64",
    environment: { ...environment, SLUICE_MAX_DRAINERS: `${maxDrainers}` },
    logging: { format: "json", retention: "1 month" },
    nodejs: { esbuild: { external: ["@aws-sdk/*"] } }, // Lambda has it
    permissions: [writeLog, ...permissions],
    transform: {
      // Instead of AWS's ready-made policies, which allow any log group of the account.
      role: {
        managedPolicyArns: vpc ? ["arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"] : [],
      },
      // An event that finds no free place is dropped after this: the next tick comes.
      eventInvokeConfig: { maximumEventAgeInSeconds: 60 },
    },
    ...(vpc && { vpc }),
  } satisfies sst.aws.FunctionArgs
}

function functionName(name: string) {
  return `${$app.name}-${$app.stage}-${name}`
}

function arn(service: string, resource: string) {
  const [{ region }, { accountId }] = [aws.getRegionOutput(), aws.getCallerIdentityOutput()]
  return $interpolate`arn:aws:${service}:${region}:${accountId}:${resource}`
}

function existingDatabase(): Place & { url: $util.Input<string> } {
  return { url: new sst.Secret("SluiceDatabaseUrl").value }
}

/** Asked every minute, it never pauses; so it keeps half a unit. The NAT lets jobs and hand-overs out. */
function newAurora() {
  const vpc = new sst.aws.Vpc("SluiceNetwork", { nat: "ec2" })
  const scaling = { min: "0.5 ACU", max: "4 ACU" } as const
  const aurora = new sst.aws.Aurora("SluiceAurora", { engine: "postgres", version: "17", scaling, vpc })
  const url = $interpolate`postgresql://${aurora.username}:${aurora.password}@${aurora.host}:${aurora.port}/${aurora.database}?sslmode=verify-full`
  // The certificates of Amazon's databases, which Lambda has but Node doesn't load by itself.
  return { url, vpc, environment: { NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" } }
}

function newNeonProject() {
  const { databaseUser, databasePassword, databaseHost, databaseName } = new neon.Project("SluiceNeon", {
    name: `${$app.name}-${$app.stage}`,
    regionId: $interpolate`aws-${aws.getRegionOutput().region}`,
    pgVersion: 17,
  })
  return {
    url: $interpolate`postgresql://${databaseUser}:${databasePassword}@${databaseHost}/${databaseName}?sslmode=verify-full`,
  }
}

/** The provider's types are there once `sst install` has brought it; this is what is used of them. */
declare const neon: {
  Project: new (
    name: string,
    args: { name: string; regionId: $util.Input<string>; pgVersion: number },
  ) => Record<"databaseUser" | "databasePassword" | "databaseHost" | "databaseName", $util.Output<string>>
}
