// In an app of its own: <reference path="./.sst/platform/config.d.ts" />
/// <reference path="../../.sst/platform/config.d.ts" />

export default $config({
  app: ({ stage }) => ({
    name: "shop",
    home: "aws",
    removal: stage === "production" ? "retain" : "remove",
  }),

  async run() {
    const databaseUrl = new sst.Secret("DatabaseUrl")
    const webKey = new sst.Secret("WebKey")

    const { Sluice } = await import("@sluice/aws/sst")
    const queue = new Sluice("Queue", {
      database: databaseUrl,
      drain: "src/drain.handler",
      migrate: "src/migrate.handler",
    })

    const web = new sst.aws.Function("Web", {
      handler: "src/web.handler",
      link: [databaseUrl, webKey, queue],
      url: true,
    })
    return { web: web.url }
  },
})
