import { join } from "node:path"
import { Resource } from "sst"

// What a deployment sets: linked resources, which travel encrypted, and plain environment variables.

interface Linked {
  App: { name: string; stage: string }
  SluiceDatabase: { url: string }
  SluiceApiKey: { value: string }
}

const linked = Resource as unknown as Linked

export const databaseUrl = () => linked.SluiceDatabase.url
export const apiKey = () => linked.SluiceApiKey.value
export const owner = () => `${linked.App.name}/${linked.App.stage}`
export const schema = process.env.SLUICE_SCHEMA || "sluice"
export const maxDrainers = wholeNumber("SLUICE_MAX_DRAINERS", 10)
export const concurrency = wholeNumber("SLUICE_CONCURRENCY", 20)

/** The SQL files are copied beside the bundle. */
export const migrationsDirectory = () => join(process.env.LAMBDA_TASK_ROOT ?? ".", "migrations")

function wholeNumber(name: string, fallback: number): number {
  const text = process.env[name]
  if (!text) return fallback
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text)
  throw new Error(`${name} is ${JSON.stringify(text)}: give a whole number of 1 or more`)
}
