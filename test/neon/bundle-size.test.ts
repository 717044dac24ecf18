import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { bundleFunctions } from "@sluice/local"
import { afterAll, expect, test } from "vitest"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const folder = await makeTemporaryFolder()
afterAll(folder.remove)
const external = ["@aws-sdk/*"]
const bundles = await bundleFunctions({
  root: join(import.meta.dirname, "../.."),
  outDir: folder.path,
  functions: {
    drain: { handler: "functions/drain.handler", external },
    enqueue: { handler: "functions/enqueue.handler", external },
  },
})

test.each([
  { name: "drain" as const, mostBytes: 1_000_000 },
  { name: "enqueue" as const, mostBytes: 450_000 },
])(
  "the $name function's bundle keeps to $mostBytes bytes, and Neon's driver is not in it",
  async ({ name, mostBytes }) => {
    const bundle = await readFile(join(bundles[name].bundleDir, "bundle.mjs"), "utf8")
    console.info(`${name}: ${bundle.length} bytes`)
    expect(bundle.length).toBeLessThan(mostBytes)
    expect(bundle.includes("neonConfig"), "Neon's driver in it").toBe(false)
  },
)
