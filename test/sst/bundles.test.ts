import { execFile, execFileSync } from "node:child_process"
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { bundleFunctions } from "@sluice/local"
import { build } from "tsdown"
import { afterAll, describe, expect, test } from "vitest"
import { CLI_ENVIRONMENT, preparePlatform, ROOT } from "./platform.ts"

const NAMES = ["drain", "enqueue", "migrate"] as const
const external = ["@aws-sdk/*"]
const folder = await mkdtemp(join(tmpdir(), "sluice-bundles-"))
afterAll(() => rm(folder, { recursive: true }))

const functions = Object.fromEntries(
  NAMES.map((name) => [name, { handler: `functions/${name}.handler`, external }]),
)
const ours = await bundleFunctions({ root: ROOT, outDir: join(folder, "ours"), functions })
const bundleOf = (name: string) => join(ours[name]?.bundleDir ?? "", "bundle.mjs")

test.each([
  ["drain", 1_000_000],
  ["enqueue", 450_000],
  ["migrate", 1_000_000],
] as const)(
  "%s is a bundle of fewer than %i bytes, unminified and without the SDK",
  async (name, mostBytes) => {
    const { size } = await stat(bundleOf(name))
    expect(size).toBeLessThan(mostBytes)
    expect(size).toBeGreaterThan(50_000)
  },
)

test("enqueueing brings nothing of draining, and no bundle brings the SDK", async () => {
  const [drain = "", enqueue = "", migrate = ""] = await Promise.all(
    NAMES.map((name) => readFile(bundleOf(name), "utf8")),
  )
  expect(drain).toContain("// packages/core/src/drain.ts")
  expect(enqueue).not.toContain("// packages/core/src/drain.ts")
  for (const bundle of [drain, enqueue, migrate]) expect(bundle).not.toContain("// node_modules/@aws-sdk")
})

const ready = (await preparePlatform()) && hasNetworkNamespaces()

describe.skipIf(!ready)("by SST's CLI itself", async () => {
  const { config, built } = ready ? await runCli() : { config: "", built: {} as Record<string, Built> }

  test.each(NAMES)("%s is the bundle that the local host runs", async (name) => {
    const { out, handler, errors } = built[name] as Built
    expect(errors ?? []).toEqual([])
    expect(handler).toBe(ours[name]?.handler)
    const theirs = await readFile(join(out, "bundle.mjs"), "utf8")
    const modules = modulesOf(await readFile(bundleOf(name), "utf8"))
    expect(modules).toContain("packages/core/src/database/schema.ts")
    expect(modulesOf(theirs)).toEqual(modules)
    const { size } = await stat(bundleOf(name))
    expect(Math.abs(theirs.length - size) / size).toBeLessThan(0.02)
  })

  test("a component that is installed from npm is given SST's globals", () => {
    const component = config.slice(config.indexOf("// node_modules/@sluice/aws/lib/sst/index.js"))
    expect(component).toMatch(/Sluice = class extends \w+\.ComponentResource/)
    expect(component).toMatch(/new aws_exports\.Function\(/)
    expect(component).not.toMatch(/new sst\.|\$util|\$interpolate|\$app/)
  })
})

interface Built {
  readonly out: string
  readonly handler: string
  readonly errors?: string[]
}

/**
 * `sst diff` in an app that has the built @sluice/aws in its node_modules, and this repository's functions. With
 * `home: "local"` it asks for no credentials. Its server binds all addresses, so it has a network of its own.
 */
async function runCli() {
  const app = join(folder, "app")
  const out = join(folder, "out")
  const home = join(folder, "home")
  const pulumi = join(home, ".config/sst/bin/pulumi")
  const installed = join(app, "node_modules/@sluice/aws")
  for (const each of [join(app, ".sst"), out, dirname(pulumi), dirname(installed)])
    await mkdir(each, { recursive: true })
  await copyFile(join(import.meta.dirname, "fixtures/pulumi.mjs"), pulumi)
  await symlink(join(ROOT, ".sst/platform"), join(app, ".sst/platform"))
  await symlink(join(ROOT, "functions"), join(app, "functions"))
  await installComponent(installed)
  await writeFile(join(app, "package.json"), '{ "type": "module" }')
  await writeFile(
    join(app, "sst.config.ts"),
    `export default $config({
      app: () => ({ name: "shop", home: "local" }),
      async run() { new (await import("@sluice/aws/sst")).Sluice("Queue", {}) },
    })`,
  )
  const properties = { architecture: "arm64", esbuild: { external } }
  const inputs = NAMES.map((name) => ({
    functionID: name,
    handler: `functions/${name}.handler`,
    runtime: "nodejs24.x",
    properties,
    links: {},
    copyFiles: [],
    dev: false,
    encryptionKey: Buffer.alloc(32).toString("base64"),
  }))
  const env = {
    ...process.env,
    ...CLI_ENVIRONMENT,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    SST_PULUMI_PATH: pulumi,
    TEST_SST: JSON.stringify({ out, functions: inputs }),
  }
  const sst = `ip link set lo up && exec ${join(ROOT, "node_modules/.bin/sst")} diff --stage test --print-logs`
  await promisify(execFile)("unshare", ["--net", "sh", "-c", sst], { cwd: app, env, timeout: 60_000 })
  return {
    config: await readFile(join(out, "config.mjs"), "utf8"),
    built: JSON.parse(await readFile(join(out, "built.json"), "utf8")) as Record<string, Built>,
  }
}

/** As `npm publish` sends it, for the part that SST's CLI bundles: one file of JavaScript. */
async function installComponent(target: string): Promise<void> {
  const entry = { index: join(ROOT, "packages/aws/src/sst/index.ts") }
  const options = { config: false, fixedExtension: false, dts: false, logLevel: "silent" } as const
  await build({ ...options, entry, outDir: join(target, "lib/sst") })
  const manifest = {
    name: "@sluice/aws",
    type: "module",
    sideEffects: false,
    exports: { "./sst": "./lib/sst/index.js" },
  }
  await writeFile(join(target, "package.json"), JSON.stringify(manifest))
}

function hasNetworkNamespaces(): boolean {
  try {
    execFileSync("unshare", ["--net", "sh", "-c", "ip link set lo up"], { stdio: "pipe" })
    return true
  } catch (error) {
    console.warn(`SKIPPED: SST's CLI is only run in a network of its own: ${(error as Error).message}`)
    return false
  }
}

/** esbuild writes the path of each module above it. */
function modulesOf(bundle: string): string[] {
  return [
    ...bundle.matchAll(/^\s*\/\/ (?:\.\.\/)*(?:.*?\/)?((?:packages|functions|node_modules)\/.*)$/gm),
  ].map(([, path = ""]) => path)
}
