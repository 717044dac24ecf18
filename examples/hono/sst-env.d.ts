// As SST writes it at deploy.
import "sst"

declare module "sst" {
  export interface Resource {
    App: { name: string; stage: string }
    DatabaseUrl: { type: "sst.sst.Secret"; value: string }
    Queue: { type: "sluice.aws.Sluice"; databaseUrl: string; drainFunction: string; schema: string }
    QueueDatabase: { type: "sst.sst.Linkable"; url: string }
    WebKey: { type: "sst.sst.Secret"; value: string }
  }
}
