import { spawn } from "node:child_process"
import { mkdir, symlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { createSluice } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { temporaryFolder } from "../support/start.ts"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
const CORE = fileURLToPath(new URL("../../packages/core", import.meta.url))

const MODULES = { "package.json": '{ "type": "module" }' }
const COMMONJS = { "package.json": '{ "type": "commonjs" }' }
const DEFINE = 'import { defineJob } from "@sluice/core"\n'

test.each<[string, string, Record<string, string>]>([
  [
    "TypeScript that Node can't strip, with imports without extensions and paths of tsconfig.json",
    "jobs.ts",
    {
      ...MODULES,
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@mail/*": ["./mail/*"] } } }',
      "mail/server.ts": "export enum Server { Test = 'test' }",
      "mail/send.ts": 'import { Server } from "@mail/server"\nexport const send = (): string => Server.Test',
      "jobs.ts": `${DEFINE}import { send } from "./mail/send"
        export const tried = defineJob({ name: "tried", perform: (): string => send() })`,
    },
  ],
  [
    "TypeScript in an app of CommonJS modules",
    "jobs.ts",
    {
      ...COMMONJS,
      "send.ts": "export const send = (): string => 'test'",
      "jobs.ts": `${DEFINE}import { send } from "./send"
        export const tried = defineJob({ name: "tried", perform: (): string => send() })`,
    },
  ],
  [
    "a list as the default export",
    "jobs.mts",
    { "jobs.mts": `${DEFINE}export default [defineJob({ name: "tried", perform: () => "test" })]` },
  ],
  [
    "JavaScript modules",
    "jobs.mjs",
    { "jobs.mjs": `${DEFINE}export const tried = defineJob({ name: "tried", perform: () => "test" })` },
  ],
  [
    "CommonJS",
    "jobs.cjs",
    {
      "jobs.cjs": `const { defineJob } = require("@sluice/core")
        module.exports = { tried: defineJob({ name: "tried", perform: () => "test" }) }`,
    },
  ],
])("`sluice work` performs jobs of %s", async (_, jobs, files) => {
  const app = await createApp(files)
  const database = await createDatabase()
  const worker = work(app, jobs, database.url)
  const sluice = createSluice({ database: database.pool })
  const { id } = await sluice.enqueue("tried", {})
  await eventually(async () => {
    expect(worker.exitCode(), worker.output()).toBeNull()
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: "test" })
  }, 20_000)
})

test("`sluice work` runs the copy of core that the app has", async () => {
  const own = pathToFileURL(join(CORE, "src/index.ts")).href
  const app = await createApp({
    ...MODULES,
    "jobs.mjs": `${DEFINE}export const tried = defineJob({ name: "tried", perform() {} })`,
    "node_modules/@sluice/core/package.json": '{ "type": "module", "exports": "./index.js" }',
    "node_modules/@sluice/core/index.js": `import { start as ownStart } from "${own}"
      export * from "${own}"
      export function start(...parameters) {
        console.log("started by the app's core")
        return ownStart(...parameters)
      }`,
  })
  const database = await createDatabase()
  const worker = work(app, "jobs.mjs", database.url)
  await eventually(() => expect(worker.output()).toContain("started by the app's core"), 20_000)
})

test("an error inside the jobs file is shown with the place where it was thrown", async () => {
  const app = await createApp({
    ...MODULES,
    "jobs.ts": `import "./broken"\nexport const nothing = 1`,
    "broken.ts": `interface Nothing { isStripped: true }\n\nthrow new TypeError("MAIL_SERVER is missing")`,
  })
  const worker = work(app, "jobs.ts", "postgres://127.0.0.1:1/none")
  await eventually(() => expect(worker.exitCode()).toBe(1), 20_000)
  expect(worker.output()).toMatch(/^sluice: jobs\.ts can't be loaded: TypeError: MAIL_SERVER is missing/m)
  expect(worker.output()).toMatch(/at .*broken\.ts:3:7/)
})

/** A folder with these files, whose packages find this repository's core unless the files bring their own. */
async function createApp(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await mkdir(join(folder, "node_modules/@sluice"), { recursive: true })
  await symlink(CORE, join(folder, "node_modules/@sluice/core")).catch(() => {})
  return folder
}

function work(cwd: string, jobs: string, databaseUrl: string) {
  const args = [MAIN, "work", "--database-url", databaseUrl, "--jobs", jobs]
  const child = spawn(process.execPath, args, { cwd })
  onTestFinished(() => void child.kill("SIGKILL"))
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk))
  return { output: () => output, exitCode: () => child.exitCode }
}
