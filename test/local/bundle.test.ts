import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises"
import path from "node:path"
import { bundleFunctions, createHost, type FunctionSource } from "@sluice/local"
import { expect, test } from "vitest"
import { atTheEnd, ROOT, temporaryDirectory } from "./support.ts"

test("a bundle runs by itself, with the files copied beside it and the SDK outside it", async () => {
  const { bundle, root } = await project({
    "migrations/0001.sql": "select 1",
    "functions/report.ts": `
      import { readFile } from "node:fs/promises"
      import { resolve } from "node:path"
      import { LambdaClient } from "@aws-sdk/client-lambda"
      import pg from "pg"
      export const handler = async () => ({
        sql: await readFile("migrations/0001.sql", "utf8"),
        beside: resolve(__dirname) === process.cwd(),
        pg: new pg.Client().constructor.name,
        sdk: new LambdaClient().constructor.name,
      })`,
  })
  const report = await bundle({
    handler: "functions/report.handler",
    copyFiles: [{ from: "migrations" }, { from: "functions/report.ts", to: "source/report.ts" }],
    external: ["@aws-sdk/*"],
  })
  const host = await createHost({ functions: { report }, log: () => {} })
  atTheEnd(() => host.close())
  expect(JSON.parse((await host.invoke("report", "{}")).payload)).toEqual({
    sql: "select 1",
    beside: true,
    pg: "Client",
    sdk: "LambdaClient",
  })
  expect((await readdir(report.bundleDir)).sort()).toEqual(
    ["bundle.mjs", "bundle.mjs.map", "migrations", "node_modules", "source"].sort(),
  )
  expect(await readFile(path.join(report.bundleDir, "bundle.mjs"), "utf8")).toContain(
    'from"@aws-sdk/client-lambda"',
  )
  expect(report.bundleDir.startsWith(root)).toBe(false)
})

test("what an earlier build left is removed", async () => {
  const { bundle } = await project({ "functions/empty.ts": "export const handler = () => {}" })
  const { bundleDir } = await bundle({ handler: "functions/empty.handler" })
  await writeFile(path.join(bundleDir, "old.mjs"), "")
  await bundle({ handler: "functions/empty.handler" })
  expect((await readdir(bundleDir)).sort()).toEqual(["bundle.mjs", "bundle.mjs.map"])
})

test("a function that isn't there or doesn't compile is named in the error", async () => {
  const { bundle } = await project({
    "functions/broken.ts": 'import "nowhere"\nexport const handler = () => {}',
  })
  await expect(bundle({ handler: "functions/missing.handler" })).rejects.toThrow(
    "There is no functions/missing.ts in ",
  )
  const message = await bundle({ handler: "functions/broken.handler" }).catch((error) => error.message)
  expect(message).toContain("functions/broken.handler could not be bundled: ")
  expect(message).toContain('functions/broken.ts:1:7: ERROR: Could not resolve "nowhere"')
})

/** A project with these files and the modules of this repo. Its bundles go elsewhere, as with SLUICE_DATA_DIR. */
async function project(files: Record<string, string>) {
  const root = await temporaryDirectory()
  const outDir = await temporaryDirectory()
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), content)
  }
  await symlink(path.join(ROOT, "node_modules"), path.join(root, "node_modules"))
  const bundle = async (source: FunctionSource) =>
    (await bundleFunctions({ root, outDir, functions: { only: source } })).only
  return { root, bundle }
}
