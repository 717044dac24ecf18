import { execFile, execFileSync } from "node:child_process"
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
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

const source = (name: string, minify: boolean) => ({ handler: `functions/${name}.handler`, external, minify })
const bundle = (outDir: string, minify: boolean) =>
  bundleFunctions({
    root: ROOT,
    outDir: join(folder, outDir),
    functions: {
      drain: source("drain", minify),
      enqueue: source("enqueue", minify),
      migrate: source("migrate", minify),
    },
  })
const deployed = await bundle("deployed", true)
const readable = await bundle("readable", false)
/** The texts of the files that are read when the function starts: the bundle, and what it imports, but not when it is needed. */
async function startOf(folder: string): Promise<string> {
  const files = ["bundle.mjs"]
  const texts: string[] = []
  for (const file of files) {
    const text = await readFile(join(folder, file), "utf8")
    texts.push(text)
    for (const [, imported = ""] of text.matchAll(/\b(?:from|import) ?"\.\/([\w-]+\.mjs)"/g))
      if (!files.includes(imported)) files.push(imported)
  }
  return texts.join("\n")
}

async function allOf(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".mjs")).sort()
  return (await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")))).join("\n")
}

test.each([
  ["drain", 350_000, 424_000],
  ["enqueue", 250_000, 388_000],
  ["migrate", 200_000, 280_000],
] as const)(
  "%s reads fewer than %i bytes when it starts, of fewer than %i, without the SDK",
  async (name, mostBytes, mostInAll) => {
    const start = Buffer.byteLength(await startOf(deployed[name].bundleDir))
    const all = Buffer.byteLength(await allOf(deployed[name].bundleDir))
    console.info(`${name}: ${start} of ${all} bytes`)
    expect(start).toBeLessThan(mostBytes)
    expect(start).toBeGreaterThan(50_000)
    expect(all).toBeLessThan(mostInAll)
  },
)

test("enqueueing brings nothing of draining, and no bundle brings the SDK", async () => {
  const [drain = "", enqueue = "", migrate = ""] = await Promise.all(
    NAMES.map((name) => allOf(readable[name].bundleDir)),
  )
  expect(drain).toContain("// packages/core/src/drain.ts")
  expect(enqueue).not.toContain("// packages/core/src/drain.ts")
  for (const bundle of [drain, enqueue, migrate]) {
    expect(bundle).not.toContain("// node_modules/@aws-sdk")
    expect(bundle).not.toContain("// node_modules/pg/lib/native")
  }
})

test.each([
  "packages/core/src/inspect/list-jobs.ts",
  "packages/core/src/manage/bulk.ts",
  "packages/core/src/schedules/schedules.ts",
  "packages/http/src/api/manage-routes.ts",
  "packages/http/src/openapi/compressed.ts",
  "node_modules/ipaddr.js/lib/ipaddr.js",
])("enqueueing has %s, and does without it when it starts", async (module) => {
  const { bundleDir } = readable.enqueue
  expect(await allOf(bundleDir)).toContain(`// ${module}`)
  expect(await startOf(bundleDir)).not.toContain(`// ${module}`)
})

test("neither a bundle nor the local runtime imports a module of Node whose import loads undici, which doubles a cold start", async () => {
  const runtime = await readFile(join(ROOT, "packages/local/src/lambda/runtime.mjs"), "utf8")
  const bundles = await Promise.all(NAMES.map((name) => startOf(readable[name].bundleDir)))
  for (const text of [runtime, ...bundles]) expect(text).not.toMatch(/^import .*"(node:)?http"/m)
})

const ready = (await preparePlatform()) && hasNetworkNamespaces()

describe.skipIf(!ready)("by SST's CLI itself", async () => {
  const { config, built } = ready ? await runCli() : { config: "", built: {} as Record<string, Built> }

  test.each(NAMES)("%s is the bundle that the local host runs", async (name) => {
    const [small, large] = [built[name], built[`${name}-readable`]] as [Built, Built]
    expect([small.errors ?? [], large.errors ?? []]).toEqual([[], []])
    expect(small.handler).toBe(deployed[name]?.handler)
    const modules = modulesOf(await startOf(readable[name].bundleDir))
    expect(modules).toContain("packages/core/src/database/schema.ts")
    expect(modulesOf(await startOf(large.out)).sort()).toEqual(modules.sort())
    expect(modulesOf(await allOf(large.out)).sort()).toEqual(
      modulesOf(await allOf(readable[name].bundleDir)).sort(),
    )
    const [theirs, ours] = [await startOf(small.out), await startOf(deployed[name].bundleDir)]
    expect(Math.abs(theirs.length - ours.length) / ours.length).toBeLessThan(0.02)
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
  const inputs = NAMES.flatMap((name) => [
    { functionID: name, name, minify: true },
    { functionID: `${name}-readable`, name, minify: false },
  ]).map(({ functionID, name, minify }) => ({
    functionID,
    handler: `functions/${name}.handler`,
    runtime: "nodejs24.x",
    properties: {
      architecture: "arm64",
      esbuild: { external: [...external, "/*/pg/lib/native/index.js"] },
      minify,
      splitting: true,
    },
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
