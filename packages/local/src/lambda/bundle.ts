import { existsSync } from "node:fs"
import { cp, mkdir, rm, symlink } from "node:fs/promises"
import path from "node:path"
import { build, stop } from "esbuild"
import { HostError } from "../host-error.ts"

/** The part of `sst.aws.Function`'s arguments that describes a function's code. */
export interface FunctionSource {
  /** `file.export`, with the file relative to the root and without its extension: `functions/drain.handler`. */
  readonly handler: string
  /** Files and folders of the root to copy beside the bundle, as `to` (default: the same path). */
  readonly copyFiles?: readonly { readonly from: string; readonly to?: string }[]
  /** Modules that are not bundled, as in `nodejs.esbuild.external`. They are linked from the root's `node_modules`. */
  readonly external?: readonly string[]
  /** As in `nodejs.minify`. Default true, as the component deploys. */
  readonly minify?: boolean
  /** As in `nodejs.splitting`. Default true, as the component deploys. */
  readonly splitting?: boolean
}

export interface Bundle {
  readonly bundleDir: string
  /** The handler within `bundleDir`. */
  readonly handler: string
}

// The settings of SST 4.17's bundler for Node functions (pkg/runtime/node/build.go).
const ALWAYS_EXTERNAL = ["sharp", "pg-native"]
/** What the component leaves out, besides: what pg loads if it is asked for libpq's client, which Lambda doesn't have. */
const NATIVE_CLIENT = "/*/pg/lib/native/index.js"
const BANNER = [
  "import { createRequire as topLevelCreateRequire } from 'module';",
  "const require = topLevelCreateRequire(import.meta.url);",
  'import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"',
  "const __filename = topLevelFileUrlToPath(import.meta.url)",
  'const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))',
].join("\n")

/** Bundles functions as the deployment does, each into `outDir/name`, which is emptied first. */
export async function bundleFunctions<Name extends string>(options: {
  /** The folder of `sst.config.ts`. */
  root: string
  outDir: string
  functions: Readonly<Record<Name, FunctionSource>>
}): Promise<Record<Name, Bundle>> {
  const { root, outDir, functions } = options
  const bundles = Object.entries<FunctionSource>(functions).map(async ([name, source]) => {
    const bundleDir = path.resolve(outDir, name)
    return [name, await bundleFunction(path.resolve(root), bundleDir, source)]
  })
  const settled = await Promise.allSettled(bundles)
  // esbuild keeps a process for further builds, which nobody needs here.
  await stop()
  const failed = settled.find((each) => each.status === "rejected")
  if (failed) throw failed.reason
  return Object.fromEntries(await Promise.all(bundles))
}

async function bundleFunction(root: string, bundleDir: string, source: FunctionSource): Promise<Bundle> {
  const { handler, copyFiles = [], external = [], minify = true, splitting = true } = source
  const exportName = path.extname(handler)
  const entry = findSource(root, handler.slice(0, -exportName.length))
  await rm(bundleDir, { recursive: true, force: true })
  await build({
    entryPoints: { bundle: entry },
    outdir: bundleDir,
    outExtension: { ".js": ".mjs" },
    splitting,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    mainFields: ["module", "main"],
    external: [...ALWAYS_EXTERNAL, NATIVE_CLIENT, ...external],
    minify,
    keepNames: true,
    sourcemap: "linked",
    banner: { js: BANNER },
    logLevel: "silent",
  }).catch((cause) => {
    throw new HostError("bundle_failed", 500, `${handler} could not be bundled: ${cause.message}`, { cause })
  })
  for (const { from, to = from } of copyFiles) {
    await cp(path.join(root, from), path.join(bundleDir, to), { recursive: true })
  }
  await linkModules(root, bundleDir, external)
  return { bundleDir, handler: `bundle${exportName}` }
}

function findSource(root: string, withoutExtension: string): string {
  const candidates = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"]
  const file = candidates
    .map((end) => path.join(root, withoutExtension + end))
    .find((each) => existsSync(each))
  if (file === undefined) {
    throw new HostError("handler_not_found", 404, `There is no ${withoutExtension}.ts in ${root}`)
  }
  return file
}

/** Lambda provides the AWS SDK outside the bundle; here it is the root's. Nothing else of the root can be imported. */
async function linkModules(root: string, bundleDir: string, external: readonly string[]): Promise<void> {
  const names = new Set(external.map((pattern) => pattern.replace(/\/?\*$/, "")))
  for (const name of names) {
    const target = path.join(root, "node_modules", name)
    if (!existsSync(target)) continue
    const link = path.join(bundleDir, "node_modules", name)
    await mkdir(path.dirname(link), { recursive: true })
    await symlink(target, link)
  }
}
