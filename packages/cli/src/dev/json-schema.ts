import { createRequire } from "node:module"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { DashboardOptions } from "@sluice/http/dashboard"

interface Valibot {
  toJsonSchema(schema: unknown, options: object): unknown
}

/**
 * Valibot's schemas as JSON Schemas, for forms of the dashboard: by `@valibot/to-json-schema`, found from the folder of the jobs
 * file. Undefined: the app doesn't have it. Schemas of other libraries say theirs themselves.
 */
export async function loadJsonSchema(file: string): Promise<DashboardOptions["jsonSchema"]> {
  const valibot = await importConverter(file)
  if (valibot === undefined) return undefined
  return (input) => valibot.toJsonSchema(input, { typeMode: "input", errorMode: "ignore" })
}

async function importConverter(file: string): Promise<Valibot | undefined> {
  try {
    const path = createRequire(resolve(file)).resolve("@valibot/to-json-schema")
    return await import(pathToFileURL(path).href)
  } catch {
    return undefined // forms take JSON without it
  }
}
