import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { preparePlatform } from "./platform.ts"
import { type Resource, synthesize } from "./synth.ts"

const DRAIN_ARN = "arn:aws:lambda:us-east-1:123456789012:function:sluice-test-SluiceDrain"
const prepared = await preparePlatform()

describe.skipIf(!prepared).concurrent("what sst.config.ts deploys", async () => {
  const { named, ofType, resources, environment, statements } = prepared
    ? readable(await synthesize())
    : readable([])

  test("the drain function starts each minute, may run for 15 minutes, and is not retried", () => {
    expect(named("SluiceScheduleSchedule")).toMatchObject({
      scheduleExpression: "rate(1 minute)",
      state: "ENABLED",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: expect.stringMatching(/SluiceDrainFunction$/),
        roleArn: expect.stringMatching(/SluiceScheduleRole$/),
        retryPolicy: { maximumRetryAttempts: 0 },
      },
    })
    expect(ofType("aws:cloudwatch/eventRule:EventRule")).toEqual([])
    const role = named("SluiceScheduleRole")
    expect(JSON.parse(role.inlinePolicies[0].policy).statements).toEqual([
      { actions: ["lambda:InvokeFunction"], resources: [expect.stringMatching(/SluiceDrainFunction$/)] },
    ])
    expect(role.assumeRolePolicy).toContain("scheduler.amazonaws.com")
    expect(role.assumeRolePolicy).toContain("aws:SourceAccount")
    expect(named("SluiceDrainFunction")).toMatchObject({ timeout: 900, runtime: "nodejs24.x" })
    expect(named("SluiceDrainEventInvokeConfig")).toMatchObject({
      functionName: "sluice-test-SluiceDrain",
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: 60,
    })
  })

  test("it may hand over to itself for ever, within the places that are kept for it", () => {
    expect(named("SluiceDrainRecursion")).toEqual({
      functionName: "sluice-test-SluiceDrain",
      recursiveLoop: "Allow",
    })
    expect(named("SluiceDrainFunction").reservedConcurrentExecutions).toBe(11)
    expect(environment("SluiceDrain")).toMatchObject({
      SLUICE_MAX_DRAINERS: "10",
      SLUICE_DRAIN_TIMEOUT: "15 minutes",
      POWERTOOLS_SERVICE_NAME: "sluice-test-SluiceDrain",
    })
  })

  test("the schema is migrated when code or migrations have changed, and before the others are", () => {
    expect(named("SluiceMigrated")).toMatchObject({
      functionName: "sluice-test-SluiceMigrate",
      triggers: { package: named("SluiceMigrateFunction").s3Key, SLUICE_SCHEMA: "sluice" },
    })
    expect(environment("SluiceMigrate")).toMatchObject({
      SLUICE_SCHEMA: "sluice",
      SLUICE_OWNER: "sluice/test",
    })
    expect(named("SluiceMigrate", "bundle").copyFiles).toMatchObject([{ to: "migrations", isDir: true }])
    const order = resources.map((each) => each.name)
    expect(order.indexOf("SluiceMigrated")).toBeLessThan(order.indexOf("SluiceDrainFunction"))
    expect(order.indexOf("SluiceMigrated")).toBeLessThan(order.indexOf("SluiceEnqueueFunction"))
  })

  test("the API takes every route but those of the dashboard, and may wake the drain function", () => {
    const routes = ofType("aws:apigatewayv2/route:Route").map(({ routeKey }) => routeKey)
    expect(routes.toSorted()).toEqual(["$default", "ANY /dashboard", "ANY /dashboard/{proxy+}"])
    const functions = ofType("aws:apigatewayv2/integration:Integration").map(({ integrationUri }) =>
      String(integrationUri).split(":").at(-1),
    )
    expect(new Set(functions)).toEqual(new Set(["SluiceEnqueueFunction", "SluiceDashboardFunction"]))
    expect(named("SluiceEnqueueFunction").timeout).toBe(29)
    expect(environment("SluiceEnqueue").SLUICE_DRAIN_FUNCTION).toBe("sluice-test-SluiceDrain")
  })

  test("a flood of requests is throttled, and can have neither all places nor all database connections", () => {
    const [stage] = ofType("aws:apigatewayv2/stage:Stage")
    expect(stage.defaultRouteSettings).toEqual({ throttlingRateLimit: 100, throttlingBurstLimit: 200 })
    expect(named("SluiceEnqueueFunction").reservedConcurrentExecutions).toBe(10)
  })

  test("each function may write its own log, and but for the drain function's invocation nothing else", () => {
    const log = (name: string) => ({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [`arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/sluice-test-${name}:*`],
    })
    const invoke = { actions: ["lambda:InvokeFunction"], resources: [DRAIN_ARN] }
    const allow = { effect: "Allow" }
    expect(statements("SluiceMigrate")).toEqual([{ ...allow, ...log("SluiceMigrate") }])
    for (const name of ["SluiceDrain", "SluiceEnqueue"])
      expect(statements(name)).toEqual([log(name), invoke].map((each) => ({ ...allow, ...each })))
    for (const role of ofType("aws:iam/role:Role")) {
      expect(role.managedPolicyArns ?? []).toEqual([])
      expect(role.assumeRolePolicy).not.toContain("root")
    }
  })

  test("secrets travel in the encrypted links, and stand in no plain property of any cloud resource", () => {
    expect(named("SluiceDrain", "bundle").links.SluiceDatabase.url).toContain("url-password")
    expect(named("SluiceEnqueue", "bundle").links.SluiceApiKey.value).toBe("the-api-key")
    expect(named("SluiceDrain", "bundle").links).not.toHaveProperty("SluiceApiKey")
    expectNoSecrets(resources)
  })

  test("every log ends after a month", () => {
    const logs = ofType("aws:cloudwatch/logGroup:LogGroup")
    expect(logs).toHaveLength(5)
    for (const log of logs) expect(log.retentionInDays).toBe(30)
  })

  test("alarms look at the metrics that the drain function emits", () => {
    const alarms = ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
    const own = { namespace: "Sluice", dimensions: { service: "sluice-test-SluiceDrain" }, period: 60 }
    const lambda = { namespace: "AWS/Lambda", dimensions: { FunctionName: "sluice-test-SluiceDrain" } }
    expect(alarms).toMatchObject([
      { ...own, metricName: "OldestReadyAge", statistic: "Maximum", threshold: 300, evaluationPeriods: 3 },
      { ...own, metricName: "Discarded", statistic: "Sum", threshold: 0, evaluationPeriods: 1 },
      { ...lambda, metricName: "Errors", statistic: "Sum", threshold: 0 },
      { ...own, metricName: "SlotsSaturated", statistic: "Maximum", threshold: 0, evaluationPeriods: 15 },
    ])
    for (const alarm of alarms)
      expect(alarm).toMatchObject({
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
      })
  })

  test("a dashboard shows what the alarms look at", () => {
    const [dashboard] = ofType("aws:cloudwatch/dashboard:Dashboard")
    const metrics = JSON.parse(dashboard.dashboardBody).widgets.flatMap(
      ({ properties }: { properties: { metrics: string[][] } }) => properties.metrics,
    )
    for (const alarm of ofType("aws:cloudwatch/metricAlarm:MetricAlarm")) {
      const [[dimension, value]] = Object.entries(alarm.dimensions) as [[string, string]]
      expect(metrics).toContainEqual([alarm.namespace, alarm.metricName, dimension, value])
    }
    expect(metrics).toContainEqual(["Sluice", "ReadyJobs", "service", "sluice-test-SluiceDrain"])
  })
})

describe.skipIf(!prepared)("other choices", { timeout: 180_000 }, () => {
  test("Aurora: the functions join its network, trust Amazon's certificates, and have its password in their links", async () => {
    const { named, ofType, resources, environment } = readable(await synthesize({ database: "aurora" }))
    for (const name of ["SluiceMigrate", "SluiceDrain", "SluiceEnqueue"]) {
      expect(named(`${name}Function`).vpcConfig.subnetIds.length).toBeGreaterThan(0)
      expect(environment(name).NODE_EXTRA_CA_CERTS).toBe("/var/runtime/ca-cert.pem")
      expect(named(`${name}Role`).managedPolicyArns).toEqual([
        "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess",
      ])
    }
    expect(ofType("aws:rds/cluster:Cluster")[0].serverlessv2ScalingConfiguration.minCapacity).toBe(0.5)
    expect(named("SluiceDrain", "bundle").links.SluiceDatabase.url).toBe(
      "postgresql://postgres:aurora-password@aurora.test:5432/sluice?sslmode=verify-full",
    )
    expectNoSecrets(resources.filter((each) => each.type.startsWith("aws:lambda/")))
  })

  test("Neon: a project in the region of the functions, by its direct address", async () => {
    const { named, resources } = readable(await synthesize({ database: "neon" }))
    expect(named("SluiceNeon")).toMatchObject({
      name: "sluice-test",
      regionId: "aws-us-east-1",
      pgVersion: 17,
    })
    expect(named("SluiceDrain", "bundle").links.SluiceDatabase.url).toBe(
      "postgresql://ada:neon-password@ep-1.neon.test/main?sslmode=verify-full",
    )
    expectNoSecrets(resources)
  })

  test("each option of the component arrives where it belongs, and in idle mode the drain function may set its wake-up", async () => {
    const config = join(import.meta.dirname, "fixtures/every-option.config.ts")
    const secrets = {
      SluiceDatabaseUrl: "postgresql://ada:url-password@db.test/main",
      MailKey: "the-mail-key",
    }
    const { named, ofType, resources, environment, statements } = readable(
      await synthesize({ config, secrets }),
    )
    const next = "shop-test-QueueIdle/next"
    const role = "arn:aws:test:us-east-1:123456789012:QueueIdleRole"
    expect(environment("QueueDrain")).toMatchObject({
      SLUICE_SCHEMA: "queue",
      SLUICE_MAX_DRAINERS: "3",
      SLUICE_CONCURRENCY: "5",
      SLUICE_LINGER: "1s",
      MAIL: "on",
      SLUICE_DRAIN_TIMEOUT: "10 minutes",
      SLUICE_IDLE_SCHEDULE: next,
      SLUICE_IDLE_ROLE: role,
    })
    expect(environment("QueueMigrate")).toMatchObject({ SLUICE_OWNER: "shop/test", SLUICE_RETENTION: "30d" })
    expect(named("QueueMigrated").triggers).toMatchObject({ SLUICE_RETENTION: "30d" })
    expect(named("QueueDrainFunction")).toMatchObject({
      timeout: 600,
      memorySize: 2048,
      ephemeralStorage: { size: 1024 },
      runtime: "nodejs22.x",
      architectures: ["x86_64"],
      layers: ["arn:aws:lambda:us-east-1:123456789012:layer:fonts:1"],
      description: "performs jobs",
      vpcConfig: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
    })
    expect(named("QueueDrain", "bundle")).toMatchObject({
      properties: {
        minify: true,
        splitting: true,
        install: { sharp: "*" },
        esbuild: { external: ["@aws-sdk/*", "/*/pg/lib/native/index.js", "canvas"] },
      },
      copyFiles: [{ to: "README.md" }],
    })
    expect(named("QueueDrainRole")).toMatchObject({
      path: "/queues/",
      managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"],
    })
    expect(named("QueueMigrateFunction").memorySize).toBe(512)
    expect(named("QueueMigrate", "bundle").properties.minify).toBe(false)
    expect(named("QueueDrainFunction")).not.toHaveProperty("reservedConcurrentExecutions")
    expect(named("QueueDrain", "bundle").links).toMatchObject({
      MailKey: { value: "the-mail-key" },
      QueueDatabase: {},
    })
    expect(named("QueueScheduleSchedule")).toMatchObject({
      scheduleExpression: "rate(1 hour)",
      state: "DISABLED",
    })
    expect(named("QueueOldestReadyAge").threshold).toBe(60)
    expect(ofType("aws:cloudwatch/dashboard:Dashboard")).toMatchObject([{ dashboardName: "queue" }])
    expect(named("QueueIdle")).toMatchObject({ name: "shop-test-QueueIdle" })
    expect(statements("QueueDrain").slice(2, 4)).toMatchObject([
      {
        actions: ["Create", "Update", "Get", "Delete"].map((verb) => `scheduler:${verb}Schedule`),
        resources: [`arn:aws:scheduler:us-east-1:123456789012:schedule/${next}`],
      },
      {
        actions: ["iam:PassRole"],
        resources: [role],
        conditions: [{ variable: "iam:PassedToService", values: ["scheduler.amazonaws.com"] }],
      },
    ])
    const drainArn = "arn:aws:lambda:us-east-1:123456789012:function:shop-test-QueueDrain"
    expect(JSON.parse(named("QueueIdleRole").inlinePolicies[0].policy).statements).toEqual([
      { actions: ["lambda:InvokeFunction"], resources: [drainArn] },
    ])
    expect(named("QueueIdleRole").assumeRolePolicy).toContain("scheduler.amazonaws.com")
    for (const alarm of ofType("aws:cloudwatch/metricAlarm:MetricAlarm"))
      expect(alarm.alarmActions).toEqual(["arn:aws:sns:us-east-1:123456789012:oncall"])
    expect(ofType("aws:apigatewayv2/api:Api")).toEqual([])

    // what a linked function is given
    expect(environment("Web")).toMatchObject({
      SLUICE_SCHEMA: "queue",
      SLUICE_DRAIN_FUNCTION: "shop-test-QueueDrain",
      PGAPPNAME: "shop",
    })
    expect(named("Web", "bundle").links.Queue).toMatchObject({
      databaseUrl: "postgresql://ada:url-password@db.test/main",
      schema: "queue",
      drainFunction: "shop-test-QueueDrain",
    })
    const drains = ["", "Heavy", "Mail"].map((suffix) => drainArn + suffix)
    expect(statements("Web")).toEqual([
      { effect: "Allow", actions: ["lambda:InvokeFunction"], resources: drains },
    ])
    expectNoSecrets(resources)

    // a drain function for each pool, which may wake the others; the default one serves the other queues
    const wake = {
      SLUICE_DRAIN_FUNCTION: "shop-test-QueueDrain",
      SLUICE_POOLS: JSON.stringify({
        "shop-test-QueueDrainHeavy": ["heavy", "video"],
        "shop-test-QueueDrainMail": ["mail"],
      }),
    }
    expect(environment("Web")).toMatchObject(wake)
    expect(environment("QueueDrain")).toMatchObject({ ...wake, SLUICE_EXCEPT_QUEUES: "heavy,video,mail" })
    expect(environment("QueueDrain")).not.toHaveProperty("SLUICE_QUEUES")
    expect(environment("QueueDrainHeavy")).toMatchObject({
      ...wake,
      MAIL: "on",
      SLUICE_QUEUES: "heavy,video",
      SLUICE_MAX_DRAINERS: "2",
      SLUICE_CONCURRENCY: "1",
      SLUICE_LINGER: "1s",
      SLUICE_DRAIN_TIMEOUT: "15 minutes",
      SLUICE_IDLE_SCHEDULE: "shop-test-QueueIdleHeavy/next",
      POWERTOOLS_SERVICE_NAME: "shop-test-QueueDrainHeavy",
    })
    expect(environment("QueueDrainHeavy")).not.toHaveProperty("SLUICE_EXCEPT_QUEUES")
    expect(named("QueueDrainHeavyFunction")).toMatchObject({ timeout: 900, memorySize: 4096 })
    expect(environment("QueueDrainMail")).toMatchObject({
      SLUICE_QUEUES: "mail",
      SLUICE_MAX_DRAINERS: "10",
      SLUICE_CONCURRENCY: "5",
      SLUICE_LINGER: "5s",
    })
    expect(statements("QueueDrainHeavy")).toContainEqual({
      effect: "Allow",
      actions: ["lambda:InvokeFunction"],
      resources: drains,
    })
    expect(named("QueueDrainHeavyRecursion")).toMatchObject({
      functionName: "shop-test-QueueDrainHeavy",
      recursiveLoop: "Allow",
    })
    expect(named("QueueScheduleHeavySchedule")).toMatchObject({
      scheduleExpression: "rate(1 hour)",
      target: { arn: expect.stringMatching(/QueueDrainHeavyFunction$/) },
    })
    expect(JSON.parse(named("QueueIdleRoleHeavy").inlinePolicies[0].policy).statements[0].resources).toEqual([
      `${drainArn}Heavy`,
    ])
    expect(named("QueueSlotsSaturatedHeavy").dimensions).toEqual({ service: "shop-test-QueueDrainHeavy" })
  })

  test("in idle mode drain functions may write the overview that the dashboard shows, and nothing else", async () => {
    const { ofType, environment, statements } = readable(
      await synthesize({
        config: fixture("idle-dashboard"),
        secrets: {
          SluiceDatabaseUrl: "postgresql://ada:url-password@db.test/main",
          SeenApiKey: "the-api-key",
        },
      }),
    )
    const buckets = ofType("aws:s3/bucket:Bucket")
    expect(buckets).toHaveLength(1)
    const address = environment("SeenDrain").SLUICE_SNAPSHOT
    expect(address).toMatch(/^s3:\/\/.+\/overview\.json$/)
    expect(environment("SeenDashboard").SLUICE_SNAPSHOT).toBe(address)
    const ofS3 = (name: string) =>
      statements(name).filter(({ actions }: { actions: string[] }) => actions[0]?.startsWith("s3:"))
    const object = expect.stringMatching(/\/overview\.json$/)
    expect(ofS3("SeenDrain")).toMatchObject([{ actions: ["s3:PutObject"], resources: [object] }])
    expect(ofS3("SeenDashboard")).toMatchObject([
      { actions: ["s3:GetObject", "s3:PutObject"], resources: [object] },
      { actions: ["s3:ListBucket"] },
    ])
    expect(environment("UnseenDrain")).not.toHaveProperty("SLUICE_SNAPSHOT")
    expect(ofS3("UnseenDrain")).toEqual([])
  })

  test("a Postgres and an Aurora of SST's are reached directly, in their own network", async () => {
    const { named, environment } = readable(await synthesize({ config: fixture("databases") }))
    expect(named("PostgresQueueDrain", "bundle").links.PostgresQueueDatabase.url).toBe(
      "postgresql://postgres:p%40ss%2Fword@postgres.test:5432/shop?sslmode=verify-full",
    )
    expect(named("AuroraQueueDrain", "bundle").links.AuroraQueueDatabase.url).toBe(
      "postgresql://postgres:aurora-password@aurora.test:5432/shop?sslmode=verify-full",
    )
    const subnetIds = ["subnet-a", "subnet-b"]
    expect(named("PostgresQueueDrainFunction").vpcConfig).toEqual({
      subnetIds,
      securityGroupIds: ["sg-default"],
    })
    expect(named("AuroraQueueDrainFunction").vpcConfig).toMatchObject({ subnetIds })
    expect(environment("Web").NODE_EXTRA_CA_CERTS).toBe("/var/runtime/ca-cert.pem")
  })

  test("in sst dev only the migrate function runs on AWS, and not for a database on the developer's machine", async () => {
    const config = fixture("databases")
    const { named, ofType, environment } = readable(await synthesize({ config, dev: true }))
    const migrated = ofType("aws:lambda/invocation:Invocation").map((each) => each.functionName)
    expect(migrated.toSorted()).toEqual(["shop-test-AuroraQueueMigrate", "shop-test-PostgresQueueMigrate"])
    expect(named("PostgresQueueDrainFunction").handler).toBe("bootstrap")
    expect(named("LocalQueueMigrate", "bundle").links.LocalQueueDatabase.url).toBe(
      "postgresql://postgres:local@localhost:5432/shop",
    )
    expect(named("PostgresQueueMigrate", "bundle").links.PostgresQueueDatabase.url).toContain("no-verify")
    expect(environment("PostgresQueueDrain")).not.toHaveProperty("NODE_EXTRA_CA_CERTS")
  })

  test("the API has its own domain, or is part of one that exists; alarms and charts can be off", async () => {
    const keys = ["Own", "Root", "Below", "Streams", "Few"].map((name) => [`${name}ApiKey`, "the-api-key"])
    const secrets = { SluiceDatabaseUrl: "postgresql://db.test/main", ...Object.fromEntries(keys) }
    const { named, ofType, environment } = readable(await synthesize({ config: fixture("apis"), secrets }))
    expect(named("OwnApiDomainName").domainName).toBe("queue.example.com")
    expect(named("OwnApiStage").defaultRouteSettings).toEqual({
      throttlingRateLimit: 5,
      throttlingBurstLimit: 10,
    })
    expect(named("OwnApiApi").corsConfiguration.allowOrigins).toEqual(["*"])
    expect(ofType("aws:apigatewayv2/api:Api")).toHaveLength(2)
    const routes = ofType("aws:apigatewayv2/route:Route").filter((each) => each.apiId === "ShopApi-id")
    expect(routes.map((each) => each.routeKey).toSorted()).toEqual([
      "ANY /dashboard",
      "ANY /dashboard/{proxy+}",
      "ANY /queue/dashboard",
      "ANY /queue/dashboard/{proxy+}",
      "ANY /queue/{proxy+}",
      "ANY /v1/{proxy+}",
      "GET /health",
      "GET /openapi.json",
    ])
    expect(environment("OwnDashboard").SLUICE_DASHBOARD_PATH).toBe("/dashboard")
    expect(environment("BelowDashboard").SLUICE_DASHBOARD_PATH).toBe("/queue/dashboard")
    expect(ofType("aws:cloudwatch/metricAlarm:MetricAlarm")).toEqual([])
    expect(ofType("aws:cloudwatch/dashboard:Dashboard")).toEqual([])
  })

  test("what streams has a function URL that sets no headers of its own, and the key that signs tokens", async () => {
    const keys = ["Own", "Root", "Below", "Streams", "Few"].map((name) => [`${name}ApiKey`, "the-api-key"])
    const secrets = { SluiceDatabaseUrl: "postgresql://db.test/main", ...Object.fromEntries(keys) }
    const { named, ofType, resources, environment, statements } = readable(
      await synthesize({ config: fixture("apis"), secrets }),
    )
    expect(named("StreamsWatchUrl")).toMatchObject({
      functionName: "shop-test-StreamsWatch",
      invokeMode: "RESPONSE_STREAM",
      authorizationType: "NONE",
    })
    expect(named("StreamsWatchUrl")).not.toHaveProperty("cors")
    expect(ofType("aws:lambda/functionUrl:FunctionUrl")).toHaveLength(2)
    expect(named("StreamsWatchFunction")).toMatchObject({ timeout: 30, reservedConcurrentExecutions: 10 })
    expect(named("FewWatchFunction")).toMatchObject({ timeout: 60, reservedConcurrentExecutions: 3 })
    for (const name of ["Streams", "Few"]) {
      expect(named(`${name}Watch`, "bundle").links).toMatchObject({
        [`${name}ApiKey`]: { value: "the-api-key" },
        [`${name}Database`]: { url: "postgresql://db.test/main" },
      })
      expect(environment(`${name}Watch`)).not.toHaveProperty("SLUICE_DRAIN_FUNCTION")
      expect(statements(`${name}Watch`)).toHaveLength(1) // its log
    }
    const order = resources.map((each) => each.name)
    expect(order.indexOf("StreamsMigrated")).toBeLessThan(order.indexOf("StreamsWatchFunction"))
    expect(named("Web", "bundle").links.Streams.watchUrl).toMatch(/^https:/)
    expectNoSecrets(resources)
  })

  test("names fit in 64 characters for a long stage, and differ between stages that begin alike", async () => {
    const stage = "feature-that-has-a-very-long-name-indeed-because-its-branch-has-"
    const secrets = { SluiceDatabaseUrl: "postgresql://db.test/main", MailKey: "the-mail-key" }
    const config = fixture("every-option")
    const both = await Promise.all(
      ["1", "2"].map((end) => synthesize({ config, secrets, stage: stage + end })),
    )
    const [one, two] = both.map((each) => namesOf(each)) as [string[], string[]]
    for (const name of [...one, ...two]) expect(name.length, name).toBeLessThanOrEqual(64)
    expect(one.filter((name) => two.includes(name))).toEqual([])
    const drain = one.filter((name) => name.endsWith("-QueueDrain"))
    expect(readable(both[0] ?? []).named("QueueOldestReadyAge").dimensions).toEqual({
      service: drain[0],
    })
  })

  test("what is impossible or misspelled is refused, told what to give instead, and never shown a password", async () => {
    const { named } = readable(await synthesize({ config: fixture("refused") }))
    const refusals = JSON.parse(named("Refusals").value) as Record<string, string>
    expect(Object.keys(refusals)).toHaveLength(46)
    for (const [title, refusal] of Object.entries(refusals)) {
      expect(refusal, title).toMatch(/^invalid_setting: .+: .+: .+/)
      expect(refusal, title).not.toContain("url-password")
    }
    expect(refusals["maxDrainer: 3"]).toContain('did you mean "maxDrainers"?')
    expect(refusals["20 minutes of drain"]).toContain('is "20 minutes": give "1 second" to "15 minutes"')
    expect(refusals["watch in a VPC"]).toContain("the database is in a VPC")
    expect(refusals["watch of a database of SST's"]).toContain("the database is in a VPC")
    expect(refusals["watch on Node 22"]).toContain('give "nodejs24.x"')
    expect(refusals["watch that ends before its responses"]).toContain('give "25 seconds" or more')
    expect(refusals["a schedule under a minute"]).toContain("a minute is the shortest")
  })

  test("a missing secret is named, with the command that sets it", async () => {
    const failure = await synthesize({ secrets: { SluiceApiKey: "the-api-key" } }).catch((error) => error)
    expect(failure.stderr).toContain(
      "Set a value for SluiceDatabaseUrl with `sst secret set SluiceDatabaseUrl <value>`",
    )
  })
})

function fixture(name: string): string {
  return join(import.meta.dirname, `fixtures/${name}.config.ts`)
}

/** The names that AWS limits to 64 characters. */
function namesOf(resources: Resource[]): string[] {
  const limited = /^aws:(lambda\/function:|iam\/role:|scheduler\/)/
  return resources.filter((each) => limited.test(each.type)).map((each) => each.inputs.name)
}

/** Looks resources up. Names in Pulumi are unique within a type. */
function readable(resources: Resource[]) {
  const cloud = resources.filter((each) => !/^(sst|bundle|sluice|pulumi)/.test(each.type))
  const named = (name: string, type?: string) => {
    const among = type ? resources.filter((each) => each.type === type) : cloud
    const found = among.find((each) => each.name === name)
    if (!found) throw new Error(`There is no ${name} among ${among.map((each) => each.name).join(", ")}`)
    return found.inputs
  }
  return {
    resources,
    named,
    ofType: (type: string) => resources.filter((each) => each.type === type).map((each) => each.inputs),
    environment: (name: string) => named(`${name}Function`).environment.variables,
    statements: (name: string) => JSON.parse(named(`${name}Role`).inlinePolicies[0].policy).statements,
  }
}

/** Links, secrets and bundles are SST's encrypted ways; whatever else says a secret says it in plain. */
function expectNoSecrets(resources: Resource[]): void {
  const plain = resources.filter((each) => !/^(sst:|bundle)/.test(each.type))
  for (const { name, inputs } of plain)
    expect(JSON.stringify(inputs), name).not.toMatch(/(url|neon|aurora)-password|the-(api|mail)-key/)
}
