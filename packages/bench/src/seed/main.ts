// `npm run seed`: fills a database with a history and a backlog, to look at pages and to measure them.
import { parseArgs } from "node:util"
import { startPostgres } from "@sluice/local/postgres"
import { seed } from "./seed.ts"

const USAGE = `npm run seed -- [options]

  --url URL        the database; default: the embedded one of npm start, which must not be running
  --schema NAME    the schema, which must not have jobs; default sluice
  --scale FACTOR   1 is 10 million finished and 1 million waiting jobs; default 1`

await main()

async function main(): Promise<void> {
  const options = readOptions()
  if (!options) {
    console.error(USAGE)
    process.exitCode = 2
    return
  }
  const { url, schema, scale } = options
  const postgres = url
    ? undefined
    : await startPostgres({ dataDir: process.env.SLUICE_DATA_DIR ?? ".sluice" })
  try {
    await seed({ url: url ?? (postgres?.url as string), schema, scale, log: (line) => console.log(line) })
    console.log("done: npm start shows it")
  } finally {
    await postgres?.stop()
  }
}

function readOptions() {
  const text = { type: "string" } as const
  try {
    const { values } = parseArgs({ options: { url: text, schema: text, scale: text } })
    const { url, schema = "sluice", scale = "1" } = values
    return Number(scale) > 0 && Number(scale) <= 10 ? { url, schema, scale: Number(scale) } : undefined
  } catch {
    return undefined
  }
}
