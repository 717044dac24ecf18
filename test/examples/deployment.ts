import { createCipheriv } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { type Bundle, bundleFunctions, createHost, type Host, startHttpGateway } from "@sluice/local"
import { afterAll, onTestFinished } from "vitest"
import { ROOT } from "../sst/platform.ts"
import { type Resource, synthesize } from "../sst/synth.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

export interface Deployment {
  readonly host: Host
  /** What Pulumi was asked for. */
  readonly resources: readonly Resource[]
  /** The variables of the function with this name in the config. */
  environmentOf(logicalName: string): Readonly<Record<string, string>>
  /** Invokes a function and parses its answer. Rejects when it fails. */
  // biome-ignore lint/suspicious/noExplicitAny: each function answers in its own shape
  invoke(logicalName: string): Promise<any>
  /** Serves a function until the test has finished, and returns its URL. */
  serve(logicalName: string): Promise<string>
  /** What a function has printed as lines of JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: log lines and metrics have their own shapes
  printed(logicalName: string): any[]
}

/**
 * Runs the functions of an app as its `sst.config.ts` deploys them: with the real components, which say what is bundled
 * and what each environment holds, with SST's encrypted file of linked resources, and nothing besides.
 *
 * @param app Folder of the app, relative to the repository.
 * @param edits What to replace in its config, as a user would edit it.
 */
export async function deploy(
  app: string,
  { secrets, edits = {} }: { secrets: Record<string, string>; edits?: Record<string, string> },
): Promise<Deployment> {
  const resources = await withConfig(app, edits, (config) => synthesize({ config, secrets }))
  const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function")
  const lines: string[] = []
  const host = await createHost({
    functions: await configure(app, functions, resources),
    log: (line) => lines.push(line),
  })
  afterAll(() => host.close({ graceMs: 0 }))
  return {
    host,
    resources,
    environmentOf: (logicalName) => inputsOf(logicalName).environment.variables,
    async invoke(logicalName) {
      const { functionError, payload } = await host.invoke(inputsOf(logicalName).name, "{}")
      if (functionError) throw new Error(payload)
      return JSON.parse(payload)
    },
    async serve(logicalName) {
      const gateway = await startHttpGateway({ host, functionName: inputsOf(logicalName).name, port: 0 })
      onTestFinished(() => gateway.close())
      return gateway.url
    },
    printed(logicalName) {
      const prefix = `[${inputsOf(logicalName).name}] `
      const own = lines.filter((line) => line.startsWith(`${prefix}{`))
      return own.map((line) => JSON.parse(line.slice(prefix.length)))
    },
  }

  function inputsOf(logicalName: string): Resource["inputs"] {
    const found = functions.find(({ name }) => name === `${logicalName}Function`)
    if (!found) throw new Error(`There is no ${logicalName} among ${functions.map(({ name }) => name)}`)
    return found.inputs
  }
}

/** The services whose metrics the alarms and the dashboard of a deployment look at. */
export function servicesWatched({ resources }: Deployment): Set<string> {
  const inputs = (type: string) => resources.filter((each) => each.type === type).map((each) => each.inputs)
  const alarms = inputs("aws:cloudwatch/metricAlarm:MetricAlarm").flatMap(
    ({ dimensions }) => dimensions.service ?? [],
  )
  const dashboards = inputs("aws:cloudwatch/dashboard:Dashboard").flatMap(({ dashboardBody }) =>
    [...dashboardBody.matchAll(/"service","([^"]+)"/g)].map(([, service]) => service),
  )
  return new Set([...alarms, ...dashboards])
}

/** An edited config is in a place from where it finds the packages, and git doesn't find it. */
async function withConfig<Value>(
  app: string,
  edits: Record<string, string>,
  use: (config: string) => Promise<Value>,
): Promise<Value> {
  let source = await readFile(join(ROOT, app, "sst.config.ts"), "utf8")
  for (const [before, after] of Object.entries(edits)) {
    if (!source.includes(before)) throw new Error(`The config of ${app || "the repository"} has no ${before}`)
    source = source.replace(before, after)
  }
  const cache = join(ROOT, "node_modules/.cache")
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, "sluice-config-"))
  try {
    await writeFile(join(folder, "sst.config.ts"), source)
    return await use(join(folder, "sst.config.ts"))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Bundles each function, and gives it the limits and exactly the environment that AWS would. */
async function configure(app: string, functions: readonly Resource[], resources: readonly Resource[]) {
  const folder = await makeTemporaryFolder()
  afterAll(folder.remove)
  const builds = new Map(functions.map((each) => [each.inputs.name as string, buildOf(each, resources)]))
  const bundles = await bundleFunctions({
    root: ROOT,
    outDir: folder.path,
    functions: Object.fromEntries([...builds].map(([name, build]) => [name, toSource(app, build)])),
  })
  const configs = functions.map(async ({ inputs }) => {
    const bundle = bundles[inputs.name] as Bundle
    await writeLinks(bundle, builds.get(inputs.name))
    const config = {
      ...bundle,
      environment: inputs.environment.variables,
      timeoutMs: inputs.timeout * 1_000,
      memoryMb: inputs.memorySize,
      ...(inputs.reservedConcurrentExecutions && { maxEnvironments: inputs.reservedConcurrentExecutions }),
    }
    return [inputs.name, config] as const
  })
  return Object.fromEntries(await Promise.all(configs))
}

function buildOf(lambda: Resource, resources: readonly Resource[]) {
  const name = lambda.name.replace(/Function$/, "")
  return resources.find((each) => each.type === "bundle" && each.name === name)?.inputs
}

function toSource(app: string, { handler, properties, copyFiles }: Resource["inputs"]) {
  return {
    handler: join(app, handler),
    external: properties.esbuild?.external ?? [],
    copyFiles: copyFiles.map(({ from, to }: { from: string; to: string }) => ({
      from: relative(ROOT, from),
      to,
    })),
  }
}

/** As SST's CLI does: the file `resource.enc` beside the bundle, which the package `sst` decrypts with `SST_KEY`. */
async function writeLinks(
  { bundleDir }: Bundle,
  { links, encryptionKey }: Resource["inputs"],
): Promise<void> {
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(encryptionKey, "base64"), Buffer.alloc(12))
  const encrypted = [cipher.update(JSON.stringify(links)), cipher.final()]
  await writeFile(join(bundleDir, "resource.enc"), Buffer.concat([...encrypted, cipher.getAuthTag()]))
}
