/// <reference path="./.sst/platform/config.d.ts" />

/**
 * Where the jobs live:
 * - "url": a Postgres that you have, on Neon or anywhere: `npx sst secret set SluiceDatabaseUrl 'postgresql://…'`.
 *   Its direct address: through a transaction pooler, as Neon's `-pooler` hosts are, a drain can't hold its locks.
 * - "aurora": a new Aurora Serverless cluster in a network of its own.
 * - "neon": a new Neon project; deploying then needs NEON_API_KEY.
 */
const database = "url" as "url" | "aurora" | "neon"

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
    const { newNeonProject, Sluice } = await import("@sluice/aws/sst")
    const url = () => new sst.Secret("SluiceDatabaseUrl")
    const queue = new Sluice("Sluice", {
      database: { url, aurora, neon: newNeonProject }[database](),
      drain: "functions/drain.handler",
      // bundled from this repository's sources, it doesn't contain the SQL files
      migrate: { handler: "functions/migrate.handler", copyFiles: [{ from: "migrations" }] },
      enqueue: "functions/enqueue.handler",
      dashboard: "functions/dashboard.handler",
    })
    return { api: queue.url, dashboard: queue.dashboardUrl }
  },
})

/** Half a capacity unit at least: queries every minute would never let it pause. Jobs reach the internet by the NAT. */
function aurora() {
  const vpc = new sst.aws.Vpc("SluiceAuroraNetwork", { nat: "ec2" })
  const scaling = { min: "0.5 ACU", max: "4 ACU" } as const
  return new sst.aws.Aurora("SluiceAurora", { engine: "postgres", version: "17", scaling, vpc })
}
