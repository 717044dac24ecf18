import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { promisify } from "node:util"
import { build } from "esbuild"
import { afterAll, expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, "../..")

const database = await createDatabase("template0")
const app = await newApp()
afterAll(() => rm(app, { recursive: true }))

test("the published core is whole: an app that installed it migrates a database and enqueues", async () => {
  await installCore()
  const enqueueOne = join(app, "enqueue-one.mjs")
  await writeFile(
    enqueueOne,
    `import { createSluice, defineJob } from "@sluice/core"
    import { migrate } from "@sluice/core/migrate"
    import pg from "pg"
    const pool = new pg.Pool({ connectionString: process.argv[2] })
    const { applied } = await migrate(pool)
    const { enqueue } = createSluice({ database: pool, jobs: [defineJob({ name: "hello", perform() {} })] })
    const { status } = await enqueue("hello", {})
    console.log(JSON.stringify({ applied, status }))
    await pool.end()`,
  )
  const { stdout } = await run(process.execPath, [enqueueOne, database.url])
  expect(JSON.parse(stdout)).toEqual({ applied: await migrationNames(), status: "enqueued" })
})

test("source maps name files in the folder of the package", async () => {
  const lib = join(app, "node_modules/@sluice/core/lib")
  const maps = (await readdir(lib, { recursive: true })).filter((file) => file.endsWith(".js.map"))
  expect(maps).toContain(join("migrate", "migrate.js.map"))
  for (const map of maps) {
    const { sources } = JSON.parse(await readFile(join(lib, map), "utf8"))
    const places = sources.map((source: string) => relative(lib, join(lib, map, "..", source)))
    expect(places, map).toEqual(places.map(() => expect.stringMatching(/^\.\.\/src\//)))
  }
})

test.each(["esm", "cjs"] as const)(
  "a minified bundle in %s format migrates in a folder of its own",
  async (format) => {
    const elsewhere = await mkdtemp(join(tmpdir(), "sluice-bundle-"))
    onTestFinished(() => rm(elsewhere, { recursive: true }))
    const empty = await createDatabase("template0")
    const outfile = join(elsewhere, format === "esm" ? "bundle.mjs" : "bundle.cjs")
    await build({
      stdin: {
        contents: `import { migrate } from "@sluice/core/migrate"
        migrate(process.argv[2], { retention: "30d" }).then(({ applied }) => console.log(JSON.stringify(applied)))`,
        resolveDir: app,
      },
      bundle: true,
      minify: true,
      platform: "node",
      format,
      external: ["pg-native"],
      // pg requires Node's modules
      ...(format === "esm" && {
        banner: {
          js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
        },
      }),
      outfile,
    })
    const { stdout } = await run(process.execPath, [outfile, empty.url], { cwd: elsewhere })
    expect(JSON.parse(stdout)).toEqual(await migrationNames())
  },
)

/** What migrate applies in an empty database. */
async function migrationNames(): Promise<string[]> {
  const files = (await readdir(join(ROOT, "migrations"))).filter((file) => file.endsWith(".sql"))
  return [...files.toSorted().map((file) => file.replace(/\.sql$/, "")), "functions"]
}

/** A folder that finds core's dependencies in the repository, but not core's sources. */
async function newApp(): Promise<string> {
  const parent = join(ROOT, "node_modules/.cache")
  await mkdir(parent, { recursive: true })
  return await mkdtemp(join(parent, "sluice-app-"))
}

/** As npm would: from the packed archive. */
async function installCore(): Promise<void> {
  const installed = join(app, "node_modules/@sluice/core")
  await mkdir(installed, { recursive: true })
  await run(process.execPath, ["--run", "build"], { cwd: ROOT })
  await run("npm", ["pack", "--pack-destination", app], { cwd: join(ROOT, "packages/core/dist") })
  const [archive = ""] = (await readdir(app)).filter((file) => file.endsWith(".tgz"))
  await run("tar", ["-xzf", join(app, archive), "-C", installed, "--strip-components=1"])
}
