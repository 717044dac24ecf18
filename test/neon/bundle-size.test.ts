import { readdir, readFile } from "node:fs/promises"
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

test.each(["drain", "enqueue"] as const)("Neon's driver is not in the %s function's bundle", async (name) => {
  const { bundleDir } = bundles[name]
  const files = (await readdir(bundleDir)).filter((file) => file.endsWith(".mjs"))
  const texts = await Promise.all(files.map((file) => readFile(join(bundleDir, file), "utf8")))
  expect(texts.join("").length).toBeGreaterThan(100_000)
  expect(texts.some((text) => text.includes("neonConfig"))).toBe(false)
})
