import { existsSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { UsageError } from "../option-spec.ts"

/** What a folder holds, as far as it decides what `sluice init` adds. */
export interface Project {
  readonly folder: string
  /** A folder without a package.json is a new project. */
  readonly isNew: boolean
  readonly name: string
  readonly framework: "next" | "hono" | "node"
  readonly hasSst: boolean
  readonly manager: PackageManager
  /** Packages that it depends on. */
  readonly packages: ReadonlySet<string>
  readonly hasTypeScript: boolean
  /** How its files name each other: `./jobs.ts`, `./jobs.js` or `./jobs`. */
  readonly importExtension: ".ts" | ".js" | ".mjs" | ""
  readonly extension: ".ts" | ".js" | ".mjs"
  /** Where its code is: `src`, `lib`, or nothing for its own folder. */
  readonly sources: string
}

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun"

const LOCKFILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
]

interface Manifest {
  readonly name?: string
  readonly type?: string
  readonly packageManager?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** @throws UsageError The package.json can't be read. */
export function readProject(folder: string): Project {
  const has = (file: string) => existsSync(join(folder, file))
  const manifest = readManifest(folder)
  const packages = new Set(Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies }))
  // one that has nothing yet, as after npm init, is written in TypeScript
  const isBlank = [...packages].every((name) => name.startsWith("@sluice/") || name === "sst")
  const hasTypeScript = has("tsconfig.json") || packages.has("typescript") || (isBlank && !has("index.js"))
  const framework = packages.has("next") ? "next" : packages.has("hono") ? "hono" : "node"
  const isModule = manifest === undefined || manifest.type === "module"
  return {
    folder,
    isNew: manifest === undefined,
    name: manifest?.name ?? basename(folder),
    framework,
    hasSst: has("sst.config.ts"),
    manager: managerOf(manifest, has),
    packages,
    hasTypeScript,
    extension: hasTypeScript ? ".ts" : isModule ? ".js" : ".mjs",
    importExtension: hasTypeScript ? importExtension(folder) : isModule ? ".js" : ".mjs",
    sources: has("src") || (isBlank && framework === "node") ? "src" : framework === "next" ? "lib" : "",
  }
}

function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, "package.json")
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch (cause) {
    throw new UsageError(`package.json can't be read: ${(cause as Error).message}`, { cause })
  }
}

function managerOf(manifest: Manifest | undefined, has: (file: string) => boolean): PackageManager {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(manifest?.packageManager ?? "")?.[1]
  return (named as PackageManager | undefined) ?? LOCKFILES.find(([file]) => has(file))?.[1] ?? "npm"
}

/** As the compiler of the project wants it. A new project gets a tsconfig.json with which files have their own names. */
function importExtension(folder: string): ".ts" | ".js" | "" {
  const path = join(folder, "tsconfig.json")
  if (!existsSync(path)) return ".ts"
  const config = readFileSync(path, "utf8")
  if (/"(allowImportingTsExtensions|rewriteRelativeImportExtensions)"\s*:\s*true/.test(config)) return ".ts"
  return /"module(Resolution)?"\s*:\s*"node(16|18|20|next)"/i.test(config) ? ".js" : ""
}
