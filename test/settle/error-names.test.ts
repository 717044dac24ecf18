import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as core from "@sluice/core"
import { build } from "esbuild"
import { expect, test } from "vitest"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const isErrorClass = (value: unknown): value is typeof core.SluiceError =>
  typeof value === "function" && (value === core.SluiceError || value.prototype instanceof core.SluiceError)

const names = Object.entries(core).flatMap(([name, value]) => (isErrorClass(value) ? [name] : []))

test("errors are recorded under the names that are documented, also from a minified bundle", async () => {
  const folder = await makeTemporaryFolder()
  try {
    const outfile = join(folder.path, "bundle.mjs")
    const entry = { contents: `export * from "@sluice/core"`, resolveDir: import.meta.dirname }
    await build({
      stdin: entry,
      outfile,
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      external: ["pg"],
    })
    const bundled = await import(pathToFileURL(outfile).href)

    expect(names).toContain("Discard")
    expect(names.map((name) => bundled[name].name)).toEqual(names)
    expect(new bundled.Discard("unsubscribed").name).toBe("Discard")
  } finally {
    await folder.remove()
  }
})

test("an error class of an app keeps its own name", () => {
  class Unsubscribed extends core.Discard {}
  expect(new Unsubscribed("unsubscribed").name).toBe("Unsubscribed")
})
