import { bundleFunctions, createHost, type FunctionConfig } from "@sluice/local"
import { atTheEnd, ROOT, temporaryDirectory } from "../local/support.ts"

type Functions = Record<string, Omit<FunctionConfig, "bundleDir" | "handler">>

/** A local Lambda host with functions of fixtures/functions.ts. Lambda clients of this process reach it. */
export async function startFunctions(functions: Functions) {
  const outDir = await temporaryDirectory()
  const handlers = mapValues(functions, (_, name) => ({
    handler: `test/executors/fixtures/functions.${name}`,
    external: ["@aws-sdk/*"],
  }))
  const bundles: Record<string, { bundleDir: string; handler: string }> = await bundleFunctions({
    root: ROOT,
    outDir,
    functions: handlers,
  })
  const host = await createHost({
    functions: mapValues(functions, (config, name) => ({ ...config, ...(bundles[name] as FunctionConfig) })),
    log: () => {},
  })
  atTheEnd(() => host.close({ graceMs: 0 }))
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_LAMBDA: host.invokeApiUrl,
    AWS_REGION: host.region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  })
  return { host, bundles }
}

function mapValues<From, To>(record: Record<string, From>, map: (value: From, key: string) => To) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
