import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import pg from "pg"
import { inject } from "vitest"

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, "../..")
const LOCK = 7_357_002

/**
 * Builds the packages and packs these as they would be published, into a folder. Returns the archives by the packages'
 * names. Test files that build at the same time wait for each other, because they build in the same place.
 */
export async function packInto(folder: string, names: readonly string[]): Promise<Map<string, string>> {
  const lock = new pg.Client({ connectionString: inject("postgresUrl") })
  await lock.connect()
  try {
    await lock.query("select pg_advisory_lock($1)", [LOCK])
    await run(process.execPath, ["--run", "build"], { cwd: ROOT })
    const archives = await Promise.all(names.map((name) => pack(name, folder)))
    return new Map(archives)
  } finally {
    await lock.end()
  }
}

async function pack(name: string, folder: string): Promise<[string, string]> {
  const cwd = join(ROOT, "packages", name, "dist")
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd })
  const [{ filename }] = JSON.parse(stdout)
  return [`@sluice/${name}`, join(folder, filename)]
}
