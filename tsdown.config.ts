import { cp, glob, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { defineConfig, type UserConfig } from "tsdown"
import { readSqlFiles } from "./packages/core/src/migrate/sql-files.ts"

// Makes what is published: `packages/*/dist`, each a whole package, for `npm publish packages/core/dist`. In the
// repository nothing needs a build: there, exports name the sources, and Node runs those. See docs/decisions/0005.

/** The folder of the built files in a published package. Its depth is that of src/, so `../migrations` is beside it. */
const BUILT = "lib"

interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

/** What is read here of a package.json; the rest is copied. */
interface Manifest {
  readonly name: string
  readonly version: string
  /** Published packages have it. */
  readonly publishConfig?: object
  readonly private?: boolean
  readonly files?: readonly string[]
  readonly exports?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const packages = await Array.fromAsync(glob("packages/*/package.json"), readPackage)

export default defineConfig(packages.filter((one) => one.manifest.publishConfig).map(buildOf))

async function readPackage(path: string): Promise<Package> {
  return { folder: join(path, ".."), manifest: JSON.parse(await readFile(path, "utf8")) }
}

function buildOf(one: Package): UserConfig {
  const { name, exports, bin } = one.manifest
  return {
    name,
    cwd: one.folder,
    entry: Object.values({ ...exports, ...bin }),
    outDir: join("dist", BUILT),
    clean: ["dist"],
    target: "node20",
    fixedExtension: false,
    hash: false,
    // what entries share must not take an entry's name: declarations then export other names than the code
    outputOptions: { chunkFileNames: "shared-[name].js", sourcemapPathTransform: pathInPackage },
    dts: exports !== undefined,
    sourcemap: true,
    checks: { bundlerTimings: false },
    logLevel: "warn",
    failOnWarn: true,
    plugins: [embedMigrations()],
    hooks: { "build:done": () => complete(one) },
  }
}

/** A published package has no dist/: without this, stacks would name files of `node_modules/@sluice/src`. */
function pathInPackage(fromMap: string): string {
  return fromMap.replace("../", "")
}

/** Puts the texts of the SQL files in the place of the module that reads them, so that users' bundles contain them. */
function embedMigrations() {
  return {
    name: "embed-migrations",
    transform: {
      filter: { id: /\/core\/src\/migrate\/bundled-files\.ts$/ },
      async handler() {
        const files = JSON.stringify(await readSqlFiles("migrations"), null, 2)
        return { code: `export const bundledFiles = async () => (${files})`, map: null }
      },
    },
  }
}

/** Puts beside the built files what makes a package of them. */
async function complete({ folder, manifest }: Package) {
  const dist = join(folder, "dist")
  await writeFile(join(dist, "package.json"), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`)
  await cp("LICENSE", join(dist, "LICENSE"))
  await cp(join(folder, "README.md"), join(dist, "README.md"))
}

function publishedManifest({ private: _, ...manifest }: Manifest) {
  const { exports, bin, dependencies, peerDependencies } = manifest
  const ofRelease = (range: string, name: string) => siblingRange(name) ?? range
  return {
    ...manifest,
    exports: mapValues(exports, (source) => ({
      types: builtFile(source, ".d.ts"),
      default: builtFile(source, ".js"),
    })),
    bin: mapValues(bin, (source) => builtFile(source, ".js")),
    dependencies: mapValues(dependencies, ofRelease),
    peerDependencies: mapValues(peerDependencies, ofRelease),
  }
}

function builtFile(source: string, extension: string) {
  return source.replace("./src/", `./${BUILT}/`).replace(/\.ts$/, extension)
}

/** Packages of one release go together: an app must not end up with two cores. */
function siblingRange(name: string) {
  const sibling = packages.find((one) => one.manifest.name === name)
  return sibling && `^${sibling.manifest.version}`
}

function mapValues<To>(
  record: Readonly<Record<string, string>> | undefined,
  map: (value: string, key: string) => To,
) {
  return record && Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
