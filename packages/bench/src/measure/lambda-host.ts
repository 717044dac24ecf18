import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundleFunctions, createHost, type Host } from "@sluice/local"

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url))
export const API_KEY = "key-of-the-benchmark"
export const MEMORY_MB = 512

/** Runs the deployment's drain and enqueue functions in the local Lambda host: the API in this many processes. */
export async function hostFunctions(
  databaseUrl: string,
  log: (line: string) => void,
  apiEnvironments = 1,
): Promise<Host> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-lambda-"))
  const external = ["@aws-sdk/*"]
  const { drain, enqueue } = await bundleFunctions({
    root: ROOT,
    outDir: folder,
    functions: {
      drain: { handler: "functions/drain.handler", external },
      enqueue: { handler: "functions/enqueue.handler", external },
    },
  })
  const environment = {
    SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "bench" }),
    SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: databaseUrl }),
    SST_RESOURCE_SluiceApiKey: JSON.stringify({ value: API_KEY }),
  }
  const common = { memoryMb: MEMORY_MB, maxEnvironments: 1 }
  const host = await createHost({
    functions: {
      drain: { ...drain, ...common, environment, timeoutMs: 120_000 },
      enqueue: {
        ...enqueue,
        ...common,
        maxEnvironments: apiEnvironments,
        environment: { ...environment, SLUICE_DRAIN_FUNCTION: "drain" },
      },
    },
    log,
  })
  return {
    ...host,
    async close(options) {
      await host.close(options)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
