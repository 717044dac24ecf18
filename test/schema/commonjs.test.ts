import { execFile } from "node:child_process"
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { build } from "esbuild"
import { expect, onTestFinished, test } from "vitest"

const ROOT = join(import.meta.dirname, "../..")

test("a bundle in CommonJS format, which doesn't know where it is, asks for the folder of migrations", async () => {
  const folder = join(ROOT, "node_modules/.cache", `sluice-commonjs-${process.pid}`)
  await mkdir(folder, { recursive: true })
  onTestFinished(() => rm(folder, { recursive: true }))
  const outfile = join(folder, "bundle.cjs")
  await build({
    stdin: {
      contents: `import { migrate } from "@sluice/core/migrate"
        migrate("postgres://localhost:1/none").catch(({ name, code, message }) => console.log(JSON.stringify({ name, code, message })))`,
      resolveDir: ROOT,
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["pg", "node-pg-migrate"],
    logLevel: "silent",
    outfile,
  })
  const { stdout } = await promisify(execFile)(process.execPath, [outfile])
  expect(JSON.parse(stdout)).toEqual({
    name: "SluiceError",
    code: "migrations_missing",
    message: expect.stringContaining("migrate(database, { directory })"),
  })
})
