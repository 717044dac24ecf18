import { migrate } from "@sluice/core/migrate"
import { Resource } from "sst"

const { name, stage } = Resource.App

export const handler = () => migrate(Resource.QueueDatabase.url, { owner: `${name}/${stage}` })
