/** The pages of the manual in the order in which a reader needs them. `llms.txt` lists them in this order, too. */
export interface Chapter {
  readonly text: string
  readonly collapsed?: boolean
  readonly items: readonly { readonly text: string; readonly link: string }[]
}

export const NAVIGATION: readonly Chapter[] = [
  chapter("Get started", {
    "What Sluice is": "/",
    "On your computer": "/docs/start/local",
    "AWS, with SST": "/docs/sst",
    Neon: "/docs/start/neon",
    "Aurora and RDS": "/docs/start/aurora",
    "Next.js": "/docs/nextjs",
    Hono: "/docs/start/hono",
    Express: "/docs/start/express",
    "A server or container": "/docs/start/server",
    "Choose a job queue": "/docs/choose",
    "Guarantees and limits": "/docs/guarantees",
  }),
  chapter("Guides", {
    "Define and enqueue jobs": "/docs/jobs",
    "Retries and failures": "/docs/when-a-job-fails",
    "Manage jobs": "/docs/managing-jobs",
    Results: "/docs/results",
    "Long-running jobs": "/docs/long-jobs",
    Schedules: "/docs/schedules",
    Batches: "/docs/batches",
    Workflows: "/docs/workflows",
    "Fan out and gather": "/docs/gathering",
    "Waits for people and services": "/docs/waits",
    Events: "/docs/events",
    "Unique jobs": "/docs/unique-jobs",
    "Limits on concurrency and rates": "/docs/limiting-jobs",
    "Taking turns": "/docs/taking-turns",
    "Several jobs by one call": "/docs/performing-together",
    "Threads and other functions": "/docs/executors",
    Pools: "/docs/pools",
    "Large payloads": "/docs/payloads",
    "Enqueue by name, SQL and HTTP": "/docs/by-name",
    "Test your jobs": "/docs/testing",
    "Change jobs that wait": "/docs/deploying",
  }),
  chapter("Operate", {
    Dashboard: "/docs/dashboard",
    "Keys and roles": "/docs/access",
    "Monitoring and alarms": "/docs/monitoring",
    Measures: "/docs/measures",
    "Logs, metrics, traces": "/docs/telemetry",
    Connections: "/docs/connections",
    "Upgrades, backups, growth": "/docs/operations",
    History: "/docs/history",
    Cost: "/docs/cost",
  }),
  chapter("Reference", {
    "Command line": "/docs/command-line",
    Client: "/docs/client",
    Settings: "/docs/settings",
    Limits: "/docs/limits",
    Glossary: "/docs/glossary",
    "HTTP API": "/docs/http",
    "HTTP operations": "/docs/reference/http",
    "TypeScript API": "/docs/reference/typescript/",
    "Options of other queues": "/docs/parity",
    Protocol: "/docs/protocol",
    Changes: "/CHANGELOG",
  }),
  chapter("Examples", {
    "A nightly report": "/docs/examples/nightly-report",
    "Import a large CSV file": "/docs/examples/csv-import",
    "An order with an approval": "/docs/examples/order-workflow",
    "Mails within a rate limit": "/docs/examples/rate-limited-mails",
    "A Next.js app": "/examples/nextjs/README",
    "A webhook relay": "/examples/webhook-relay/README",
    "A Hono API on AWS": "/examples/hono/README",
  }),
  {
    ...chapter("Coming from", {
      "graphile-worker": "/docs/migrate-from/graphile-worker",
      "pg-boss": "/docs/migrate-from/pg-boss",
      GoodJob: "/docs/migrate-from/good-job",
      BullMQ: "/docs/migrate-from/bullmq",
      "SQS and Lambda": "/docs/migrate-from/sqs",
      "node-cron": "/docs/migrate-from/node-cron",
      "Vercel Cron Jobs": "/docs/migrate-from/vercel-cron",
    }),
    collapsed: true,
  },
]

function chapter(text: string, links: Readonly<Record<string, string>>): Chapter {
  return { text, items: Object.entries(links).map(([name, link]) => ({ text: name, link })) }
}
