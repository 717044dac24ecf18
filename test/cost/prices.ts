/** A price, where it was read, and the date of what was read. To replace one, change it here and run `npm run cost -- render`. */
interface Price {
  readonly usd: number
  readonly per: string
  readonly source: string
  /** What the source says of its own date. */
  readonly asOf: string
}

/** us-east-1, on demand, first tier; without free tiers, savings plans and data transfer. */
export const PRICES = {
  lambdaRequest: {
    usd: 0.2e-6,
    per: "Lambda request",
    source:
      "https://git.mcrn.ar/mariano/lambda_local_runner/src/branch/main/docs/lambdas-md/lambda-13-cost.md",
    asOf: "May 2026",
  },
  lambdaGbSecond: {
    usd: 0.0000133334,
    per: "Lambda GB-second, arm64 (x86: 0.0000166667)",
    source: "https://cloudchipr.com/blog/aws-lambda-pricing",
    asOf: "2024",
  },
  apiGatewayRequest: {
    usd: 1e-6,
    per: "API Gateway HTTP API request (0.90e-6 beyond 300 million a month)",
    source:
      "https://docs.aws.amazon.com/pt_br/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html",
    asOf: "undated",
  },
  schedulerInvocation: {
    usd: 1e-6,
    per: "EventBridge Scheduler invocation",
    source: "https://cloudburn.io/blog/amazon-eventbridge-pricing",
    asOf: "March 2026",
  },
  sqsRequest: {
    usd: 0.4e-6,
    per: "SQS standard request of up to 64 KB",
    source: "https://cloudburn.io/blog/amazon-sqs-pricing",
    asOf: "March 2026",
  },
  qstashMessage: {
    usd: 1 / 100_000,
    per: "QStash message, pay as you go",
    source: "https://upstash.com/pricing/qstash.md",
    asOf: "undated",
  },
  qstashMillionADay: {
    usd: 180,
    per: "month of QStash's plan for 1 million messages a day",
    source: "https://upstash.com/pricing/qstash.md",
    asOf: "undated",
  },
  fargateVcpuHour: {
    usd: 0.03238,
    per: "Fargate vCPU-hour, arm64",
    source: "https://www.vantage.sh/blog/fargate-pricing",
    asOf: "April 2021, revised since",
  },
  fargateGbHour: {
    usd: 0.00356,
    per: "Fargate GB-hour, arm64",
    source: "https://www.vantage.sh/blog/fargate-pricing",
    asOf: "April 2021, revised since",
  },
  neonCuHour: {
    usd: 0.106,
    per: "Neon CU-hour, Launch plan (an older copy of its plans page says 0.14)",
    source: "https://neon.com/faqs/managed-postgres-services-pay-active-compute",
    asOf: "undated",
  },
} satisfies Record<string, Price>
