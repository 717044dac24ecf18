// In an app of its own: <reference path="./.sst/platform/config.d.ts" />
/// <reference path="../../.sst/platform/config.d.ts" />

export default $config({
  app: ({ stage }) => ({
    name: "reports",
    home: "aws",
    removal: stage === "production" ? "retain" : "remove",
  }),

  async run() {
    const databaseUrl = new sst.Secret("DatabaseUrl")
    const apiKey = new sst.Secret("ApiKey")
    const sessionKey = new sst.Secret("SessionKey")
    const environment = { DATABASE_URL: databaseUrl.value }

    const { Sluice } = await import("@sluice/aws/sst")
    const queue = new Sluice("Queue", {
      database: databaseUrl,
      drain: { handler: "functions/drain.handler", environment },
      migrate: { handler: "functions/migrate.handler", environment },
    })

    const web = new sst.aws.Nextjs("Web", {
      link: [queue], // lets it wake the drain function
      environment: { ...environment, SLUICE_API_KEY: apiKey.value, SESSION_KEY: sessionKey.value },
    })
    return { web: web.url }
  },
})
