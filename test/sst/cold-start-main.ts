// `npx node test/sst/cold-start-main.ts` prints how long the deployed bundles take to load in the local host: the
// median of 11 new processes each, from their start until they ask for an event.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bundleFunctions, createHost } from "@sluice/local"

const TIMES = 11
const outDir = await mkdtemp(join(tmpdir(), "sluice-cold-"))
const source = (name: string) => ({ handler: `functions/${name}.handler`, external: ["@aws-sdk/*"] })
const functions = { drain: source("drain"), enqueue: source("enqueue") }
const bundles = await bundleFunctions({ root: join(import.meta.dirname, "../.."), outDir, functions })
const environment = {
  SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "test" }),
  SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: "postgresql://nobody@127.0.0.1:1/none" }),
  SST_RESOURCE_SluiceApiKey: JSON.stringify({ value: "key" }),
}

for (const [name, bundle] of Object.entries(bundles)) {
  const initMs: number[] = []
  const log = (line: string) => {
    const [, ms] = /^REPORT .*cold \(init (\d+) ms\)/.exec(line) ?? []
    if (ms) initMs.push(Number(ms))
  }
  for (let time = 0; time < TIMES; time++) {
    const host = await createHost({ functions: { [name]: { ...bundle, environment } }, log })
    await host.invoke(name, "{}") // its answer is an error, as it finds no database; it has been loaded by then
    await host.close()
  }
  console.log(`${name} ${initMs.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)]} ms`)
}
await rm(outDir, { recursive: true })
