import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { glob, mkdir, mkdtemp, readdir, readFile, rename } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { promisify } from "node:util"
import { asSuperuser } from "./database.ts"

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, "../..")
const CACHE = join(ROOT, "node_modules/.cache/sluice-packed")
/** Whatever a published package is made of. */
const SOURCES = [
  "packages/*/{package.json,README.md}",
  "packages/*/src/**",
  "migrations/**",
  "tsdown.config.ts",
]
/** Of the advisory lock that lets one process at a time build: a build empties packages/<name>/dist first. */
const BUILD_LOCK = 1_936_487_539

/**
 * The archives that `npm publish` would upload, by package name. They are built when a source has changed since the
 * last time, and kept in node_modules/.cache.
 */
export async function packedPackages(): Promise<Readonly<Record<string, string>>> {
  const folder = join(CACHE, await digestOfSources())
  const archives = await asSuperuser(async (server) => {
    await server.query("select pg_advisory_lock($1)", [BUILD_LOCK])
    return (await archivesIn(folder)) ?? (await buildInto(folder))
  })
  return Object.fromEntries(archives.map((archive) => [nameOf(archive), join(folder, archive)]))
}

async function digestOfSources(): Promise<string> {
  const digest = createHash("sha256")
  const files = await Array.fromAsync(glob(SOURCES, { cwd: ROOT, withFileTypes: true }))
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  for (const path of paths.sort()) digest.update(path).update(await readFile(path))
  return digest.digest("hex").slice(0, 16)
}

async function archivesIn(folder: string): Promise<string[] | undefined> {
  return await readdir(folder).catch(() => undefined)
}

async function buildInto(folder: string): Promise<string[]> {
  await run(process.execPath, ["--run", "build"], { cwd: ROOT })
  await mkdir(CACHE, { recursive: true })
  const unfinished = await mkdtemp(join(CACHE, "unfinished-"))
  const built = await Array.fromAsync(glob("packages/*/dist/package.json", { cwd: ROOT }))
  const folders = built.map((manifest) => join(ROOT, dirname(manifest)))
  await run("npm", ["pack", "--pack-destination", unfinished, ...folders])
  await rename(unfinished, folder)
  return await readdir(folder)
}

/** `sluice-core-0.1.0.tgz` is `@sluice/core`. */
function nameOf(archive: string): string {
  return basename(archive).replace(/^sluice-(.+?)-\d.*$/, "@sluice/$1")
}
