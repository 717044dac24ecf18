import { migrate } from "@sluice/core/migrate"
import { Resource } from "sst"

const { name, stage } = Resource.App

export const handler = () =>
  migrate(Resource.QueueDatabase.url, { directory: "migrations", owner: `${name}/${stage}` })
