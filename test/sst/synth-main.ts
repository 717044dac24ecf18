// Runs the `run` of an sst.config.ts with SST's real components, and writes down the resources that Pulumi is asked
// for. Pulumi's mocks stand in the place of the cloud, and a server on loopback in the place of SST's CLI. It is a
// process of its own, because SST changes the working directory, and a missing secret ends the process.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { json } from "node:stream/consumers"
import { pathToFileURL } from "node:url"
import type { Resource, Synthesis } from "./synth.ts"

// biome-ignore lint/suspicious/noExplicitAny: Pulumi's and SST's own values, of any shape
type Any = any

const { root, config, stage, database, dev = false, workDir } = JSON.parse(process.argv[2] ?? "") as Synthesis
const platform = join(root, ".sst/platform")
const fromPlatform = createRequire(join(platform, "package.json"))
const esbuild = fromPlatform("esbuild")
const pulumi = fromPlatform("@pulumi/pulumi")

const BANNER = `import { createRequire as topLevelCreateRequire } from "module"
const require = topLevelCreateRequire(import.meta.url)
import { fileURLToPath as topLevelFileUrlToPath } from "url"
const __filename = topLevelFileUrlToPath(import.meta.url)
const __dirname = topLevelFileUrlToPath(new URL(".", import.meta.url))`
const GLOBALS = `import * as aws from "@pulumi/aws"
import * as sst from "${platform}/src/components"
import * as neon from "neon"
`
const EXTERNAL = [
  "@pulumi/*",
  "@aws-sdk/*",
  "undici",
  "@pulumiverse/*",
  "esbuild",
  "archiver",
  "glob",
  "vite",
]
/** In the place of Neon's provider, which is no npm package. */
const NEON = `import { CustomResource } from "@pulumi/pulumi"
const outputs = { databaseUser: undefined, databasePassword: undefined, databaseHost: undefined, databaseName: undefined }
export class Project extends CustomResource {
  constructor(name, inputs) { super("neon:index/project:Project", name, { ...outputs, ...inputs }) }
}`
/** What providers compute, as far as SST's components look into it. */
const COMPUTED: Record<string, (inputs: Any) => object> = {
  "aws:apigatewayv2/api:Api": () => ({
    apiEndpoint: "https://api.test",
    executionArn: "arn:aws:execute-api:test",
  }),
  "aws:rds/cluster:Cluster": ({ vpcSecurityGroupIds }) => ({
    endpoint: "aurora.test",
    readerEndpoint: "aurora-reader.test",
    port: 5432,
    vpcSecurityGroupIds,
  }),
  "aws:rds/instance:Instance": () => ({
    address: "postgres.test",
    endpoint: "postgres.test:5432",
    port: 5432,
    vpcSecurityGroupIds: ["sg-default"],
  }),
  "aws:rds/proxy:Proxy": () => ({ endpoint: "proxy.test" }),
  "aws:rds/clusterInstance:ClusterInstance": () => ({ port: 5432 }),
  "aws:lambda/functionUrl:FunctionUrl": () => ({ functionUrl: "https://function.test/" }),
  "neon:index/project:Project": () => ({
    databaseUser: "ada",
    databasePassword: pulumi.secret("neon-password"),
    databaseHost: "ep-1.neon.test",
    databaseName: "main",
  }),
  "random:index/randomBytes:RandomBytes": ({ length }) => ({
    base64: Buffer.alloc(length, 1).toString("base64"),
  }),
  "random:index/randomPassword:RandomPassword": () => ({ result: "aurora-password" }),
}
const ANSWERS: Record<string, object> = {
  "aws:index/getPartition:getPartition": { partition: "aws" },
  "aws:index/getRegion:getRegion": { region: "us-east-1", id: "us-east-1" },
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
  "aws:index/getAvailabilityZones:getAvailabilityZones": {
    names: ["us-east-1a", "us-east-1b"],
    zoneIds: ["a", "b"],
  },
  "aws:ec2/getAmi:getAmi": { id: "ami-1" },
  "aws:rds/getSubnetGroup:getSubnetGroup": { subnetIds: ["subnet-a", "subnet-b"] },
}

const resources: Resource[] = []
const app = { ...(await load(`export { default } from "${config}"`, {})).default.app({ stage }), stage }
process.env.SST_SERVER = await startCli()
await pulumi.runtime.setMocks({ newResource, call }, app.name, stage, false)
const program = await load(
  `import { run } from "${platform}/src/auto/run.ts"
  import config from "${config}"
  export default () => run(config.run)`,
  app,
)
await pulumi.runtime.runInPulumiStack(program.default)
await pulumi.runtime.disconnect()
writeFileSync(join(workDir, "resources.json"), JSON.stringify(resources))
process.exit()

/** Bundled and imported as by SST's CLI, which gives its globals to each .js and .ts file outside `.sst`. */
async function load(code: string, $app: object): Promise<Any> {
  const paths = { home: workDir, root, work: workDir, platform }
  const outfile = join(platform, `test.${process.pid}.${performance.now()}.mjs`)
  await esbuild.build({
    stdin: { contents: code, resolveDir: root, sourcefile: "eval.ts", loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    outfile,
    banner: { js: BANNER },
    external: EXTERNAL,
    logLevel: "error",
    nodePaths: [join(platform, "node_modules")],
    inject: [join(platform, "src/shim/run.js")],
    define: {
      $app: JSON.stringify($app),
      $cli: JSON.stringify({ command: "deploy", dev: false, paths, state: { version: {} } }),
      $dev: `${dev}`,
    },
    plugins: [{ name: "globals", setup: giveGlobals }],
  })
  try {
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(outfile)
  }
}

function giveGlobals(build: Any): void {
  build.onResolve({ filter: /^neon$/ }, () => ({ path: "neon", namespace: "provider" }))
  build.onLoad({ filter: /.*/, namespace: "provider" }, () => ({ contents: NEON, resolveDir: platform }))
  build.onLoad({ filter: /\.(js|ts|jsx|tsx)$/ }, ({ path }: { path: string }) => {
    if (path.includes(".sst")) return undefined
    const contents = GLOBALS + readFileSync(path, "utf8")
    return { contents: path === config ? choosing(contents) : contents, loader: "default" }
  })
}

/** As a user would edit the line that chooses. */
function choosing(source: string): string {
  return database ? source.replace('const database = "url"', `const database = "${database}"`) : source
}

/** Answers what components ask of the CLI. */
async function startCli(): Promise<string> {
  const server = createServer(async (request: IncomingMessage, response) => {
    const { method, params } = (await json(request)) as { method: string; params: Any[] }
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ result: answerOf(method, params[0]) }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function answerOf(method: string, input: Any): object {
  if (method === "Provider.Aws.Bootstrap") return { asset: "assets", state: "state" }
  if (method !== "Runtime.Build") return {}
  resources.push({ type: "bundle", name: input.functionID, inputs: input })
  const out = join(workDir, "bundles", input.functionID)
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, "bundle.mjs"), "export const handler = () => {}")
  return { handler: "bundle.handler", out, errors: [], sourcemaps: [] }
}

function newResource({ type, name, inputs }: Any) {
  resources.push({ type, name, inputs: unwrapped(inputs) })
  const given = { ...inputs, arn: `arn:aws:test:us-east-1:123456789012:${name}`, name: inputs.name ?? name }
  return { id: `${name}-id`, state: { ...given, ...COMPUTED[type]?.(inputs) } }
}

function call({ token, inputs }: Any) {
  if (token === "aws:iam/getPolicyDocument:getPolicyDocument")
    return { ...inputs, json: JSON.stringify(inputs) }
  return ANSWERS[token] ?? inputs
}

/** Pulumi wraps what derives from a secret, whole environments too; a leak must be seen through that. */
function unwrapped(value: Any): Any {
  if (value === null || typeof value !== "object") return value
  if (pulumi.runtime.isRpcSecret(value)) return unwrapped(pulumi.runtime.unwrapRpcSecret(value))
  if (Array.isArray(value)) return value.map(unwrapped)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrapped(each)]))
}
