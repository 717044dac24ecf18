import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { createSluice, type JobSnapshot } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { SLUICE } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const JSX = pathToFileURL(join(import.meta.dirname, "../support/jsx.mjs"))
const ROOT = join(import.meta.dirname, "../..")

test("a changed job runs with its new code, and one that runs meanwhile ends with the old", async () => {
  const app = await startApp(jobsFile("one"))
  const { sluice } = app
  const slow = await sluice.enqueue("slow", {})
  await eventually(async () => expect((await sluice.getJob(slow.id))?.state).toBe("running"))
  await app.write("src/jobs/index.mjs", jobsFile("two"))
  await app.says(/changed the next jobs run with the new code: say, slow/)
  const quick = await sluice.enqueue("say", {})
  await eventually(async () => expect((await sluice.getJob(quick.id))?.result).toBe("two"))
  expect(await sluice.getJob(slow.id), "the one that runs").toMatchObject({ state: "running", attempts: 0 })
  await app.write("go", "") // what the slow job waits for
  await eventually(async () =>
    expect(await sluice.getJob(slow.id)).toMatchObject({ state: "succeeded", result: "one", attempts: 1 }),
  )
  expect((await app.stop("SIGINT")).code).toBe(0)
})

test("a file that a job imports is watched, too", async () => {
  const app = await startApp(
    `import { word } from "./word.mjs"\n${jobsFile("one").replace('"one"', "word")}`,
    {
      "src/jobs/word.mjs": 'export const word = "first"',
    },
  )
  await app.write("src/jobs/word.mjs", 'export const word = "second"')
  await app.says(/changed/)
  const { id } = await app.sluice.enqueue("say", {})
  await eventually(async () => expect((await app.sluice.getJob(id))?.result).toBe("second"))
})

test("a port that is taken is told with the process that has it, and the option that chooses another", async () => {
  const taken = createServer().listen(0, "127.0.0.1")
  onTestFinished(() => void taken.close())
  await once(taken, "listening")
  const { port } = taken.address() as AddressInfo
  const app = await startApp(jobsFile("one"))
  const child = spawn(process.execPath, [SLUICE, "dev", "--port", `${port}`], {
    cwd: app.folder,
    env: environment({ DATABASE_URL: app.databaseUrl, SLUICE_DATA_DIR: join(app.folder, "second") }),
  })
  const output = collect(child)
  expect(await once(child, "exit")).toEqual([2, null])
  const holder = process.platform === "linux" ? `process ${process.pid} ` : ""
  expect(output.text).toContain(`Port ${port} is taken by ${holder}`)
  expect(output.text).toContain(`such as --port ${port + 1}`)
})

test("a jobs file that can't be loaded is told, and the jobs before go on until it can", async () => {
  const app = await startApp(jobsFile("one"))
  await app.write("src/jobs/index.mjs", "export const jobs = [")
  await app.says(/sluice: src\/jobs\/index\.mjs can't be loaded: .*SyntaxError/s)
  await app.says(/The jobs as they were before go on\./)
  const { id } = await app.sluice.enqueue("say", {})
  await eventually(async () => expect((await app.sluice.getJob(id))?.result).toBe("one"))
  await app.write("src/jobs/index.mjs", jobsFile("three"))
  await app.says(/changed/)
  const next = await app.sluice.enqueue("say", {})
  await eventually(async () => expect((await app.sluice.getJob(next.id))?.result).toBe("three"))
})

test("it serves the API with the code as it is now, with its key, and 503 while no jobs can be loaded", async () => {
  const app = await startApp("export const jobs = [", {}, /Change a file, and they are loaded again/)
  expect((await app.post("say")).status).toBe(503)
  await app.write("src/jobs/index.mjs", jobsFile("one"))
  await app.says(/changed/)
  expect((await app.post("say")).status).toBe(201)
  expect((await app.post("say", "wrong")).status).toBe(401)
  const { link, see } = await app.enterDashboard()
  const page = await see("/dashboard/")
  expect(page.status).toBe(200)
  expect(await page.text()).toContain("Sluice")
  expect((await fetch(new URL("/", link), { redirect: "manual" })).headers.get("location")).toMatch(
    /\/dashboard\/$/,
  )
  const key = await app.read(".sluice/api-key")
  expect(key).toMatch(/^sluice_/)
})

test("the form of a job has fields for an input of valibot, where the app has its converter", async () => {
  const job = `defineJob({ name: "greet", input: v.object({ to: v.string() }), perform() {} })`
  const app = await startApp(`import { defineJob } from "@sluice/core"
import * as v from "valibot"
export const greet = ${job}`)
  const { see } = await app.enterDashboard()
  expect(await (await see("/dashboard/jobs/new?name=greet")).text()).toContain('name="input.to"')
})

test("jobs that end their process don't end it", async () => {
  const app = await startApp(jobsFile("one").replace('return "one"', "process.exit(7)"))
  await app.sluice.enqueue("say", {})
  await app.says(/The process of the jobs ended with exit code 7; another one begins\./)
  await app.write("src/jobs/index.mjs", jobsFile("two"))
  const { id } = await app.sluice.enqueue("say", {})
  await eventually(async () => expect((await app.sluice.getJob(id))?.result).toBe("two"), 20_000)
})

test("other commands in its folder find its database, and no longer once it has ended", async () => {
  const app = await startApp(jobsFile("one"))
  const { code, output } = await app.run("enqueue", "say")
  expect(output).toMatch(/^Job \d+ was enqueued/)
  expect(code).toBe(0)
  await app.stop("SIGTERM")
  const after = await app.run("enqueue", "say")
  expect(after.output).toBe("sluice: Which database? Give --database-url, or set DATABASE_URL\n")
})

test("jobs are performed with the app's hooks and its store of payloads, by dev and by work", async () => {
  const app = await startApp(`${jobsFile("one")}\n${OPTIONS}`)
  const { output } = await app.run(
    "enqueue",
    "say",
    JSON.stringify({ text: "x".repeat(2_000) }),
    "--jobs",
    "src/jobs/index.mjs",
  )
  const [, id = ""] = /^Job (\d+) /.exec(output) ?? []
  await eventually(async () => expect((await app.sluice.getJob(id))?.state).toBe("succeeded"))
  expect(await app.read("performed")).toBe(`around ${id}\n`)
  const { payload, payloadKey } = (await app.sluice.getJob(id)) as JobSnapshot
  expect({ payload, payloadKey }).toEqual({ payload: null, payloadKey: expect.any(String) })
  const shown = await app.run("jobs", "show", id, "--json", "--jobs", "src/jobs/index.mjs")
  expect(shown.output).toContain("x".repeat(2_000))
  await app.stop("SIGINT")
  const next = await app.sluice.enqueue("say", {})
  const worker = spawn(process.execPath, [SLUICE, "work", "--jobs", "src/jobs/index.mjs"], {
    cwd: app.folder,
    env: environment({ DATABASE_URL: app.databaseUrl }),
  })
  onTestFinished(() => void worker.kill("SIGKILL"))
  await eventually(async () => expect(await app.read("performed")).toContain(`around ${next.id}\n`), 20_000)
})

test("options that the command sets itself are refused in the jobs file", async () => {
  const app = await startApp(jobsFile("one"))
  await app.write("src/jobs/index.mjs", `${jobsFile("one")}\nexport const sluiceOptions = { database: 1 }`)
  await app.says(
    /sluiceOptions of src\/jobs\/index\.mjs has "database": give an object of defaults, payloads, hooks/,
  )
})

test("one that was killed is no longer found", async () => {
  const app = await startApp(jobsFile("one"))
  await app.stop("SIGKILL")
  expect((await app.run("enqueue", "say")).output).toMatch(/^sluice: Which database\?/)
})

test("without a jobs file, a second time in the folder, on a port that is taken, or with a database elsewhere that isn't migrated, it is refused", async () => {
  const app = await startApp(jobsFile("one"))
  const second = await app.run("dev", "--port", "0")
  expect(second.output).toMatch(
    /^sluice: sluice dev runs in this folder already, as process \d+: stop that one, .*SLUICE_DATA_DIR/,
  )
  expect(second.code).toBe(2)
  const onSamePort = ["dev", "--port", String(app.port), "--database-url", app.databaseUrl]
  const taken = await runIn(app.folder, onSamePort, { SLUICE_DATA_DIR: ".other" })
  expect(taken.output).toMatch(
    /sluice: Port \d+ is taken by .*: stop it, or choose another one, such as --port \d+/,
  )
  expect(taken.code).toBe(2)
  const { path, remove } = await makeTemporaryFolder()
  onTestFinished(remove)
  const none = await runIn(path, ["dev", "--database-url", app.databaseUrl])
  expect(none.output).toMatch(/^sluice: Which jobs\? Give --jobs <file>, .*sluice init\n$/)
})

/** Keeps payloads in files, and notes what is performed. */
const OPTIONS = `
  import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
  mkdirSync("objects", { recursive: true })
  const fileOf = (key) => "objects/" + key.replaceAll("/", "_")
  export const sluiceOptions = {
    payloads: {
      over: "1KB",
      store: {
        put: async (key, body) => writeFileSync(fileOf(key), body),
        get: async (key) => readFileSync(fileOf(key)),
      },
    },
    hooks: {
      async aroundPerform(job, next) {
        appendFileSync("performed", "around " + job.id + "\\n")
        return next()
      },
    },
  }`

/** Waits in `slow` until the file `go` is there. */
function jobsFile(word: string): string {
  return `import { existsSync } from "node:fs"
import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
export const say = defineJob({ name: "say", async perform() { return "${word}" } })
export const slow = defineJob({
  name: "slow",
  async perform() {
    while (!existsSync("go")) await wait(20)
    return "${word}"
  },
})
`
}

async function startApp(jobs: string, files: Record<string, string> = {}, until = /^ready /m) {
  const database = await createDatabase()
  const { path, remove } = await makeTemporaryFolder()
  onTestFinished(remove)
  const write = (file: string, text: string) => writeFile(join(path, file), text)
  await mkdir(join(path, "src/jobs"), { recursive: true })
  await symlink(join(ROOT, "node_modules"), join(path, "node_modules"))
  for (const [file, text] of Object.entries({ ...files, "src/jobs/index.mjs": jobs })) await write(file, text)
  const child = spawn(process.execPath, [SLUICE, "dev", "--port", "0"], {
    cwd: path,
    env: environment({ DATABASE_URL: database.url }),
  })
  const output = collect(child)
  const exited = once(child, "exit").then(([code]) => ({ code }))
  onTestFinished(async () => {
    child.kill("SIGTERM")
    await exited
  })
  const says = (what: RegExp) => eventually(() => expect(output.text).toMatch(what), 30_000)
  await says(until)
  await says(/^ready /m)
  const port = Number(/^ready +http:\/\/127\.0\.0\.1:(\d+)$/m.exec(output.text)?.[1])
  return {
    folder: path,
    sluice: createSluice({ database: database.pool }),
    databaseUrl: database.url,
    port,
    output: () => output.text,
    says,
    write,
    read: (file: string) => readFile(join(path, file), "utf8"),
    run: (...args: string[]) => runIn(path, args),
    async post(name: string, key?: string) {
      const stored = (await readFile(join(path, ".sluice/api-key"), "utf8")).trim()
      return fetch(`http://127.0.0.1:${port}/v1/jobs`, {
        method: "POST",
        headers: { authorization: `Bearer ${key ?? stored}`, "content-type": "application/json" },
        body: JSON.stringify({ name }),
      })
    },
    /** Opens the link for the browser. */
    async enterDashboard() {
      const link = /^open +(\S+)/m.exec(output.text)?.[1] ?? ""
      const entered = await fetch(link, { redirect: "manual" })
      expect(entered.status).toBe(303)
      const cookies = entered.headers.getSetCookie().map((one) => one.split(";")[0])
      const headers = { cookie: cookies.join("; ") }
      return { link, see: (page: string) => fetch(new URL(page, link), { headers }) }
    },
    stop(signal: NodeJS.Signals) {
      child.kill(signal)
      return exited
    },
  }
}

async function runIn(folder: string, args: readonly string[], variables: Record<string, string> = {}) {
  const child = spawn(process.execPath, [SLUICE, ...args], { cwd: folder, env: environment(variables) })
  const output = collect(child)
  const [code] = await once(child, "close")
  return { code, output: output.text }
}

function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE, NODE_OPTIONS: `--import ${JSX}`, ...more }
}

function collect(child: ChildProcess): { text: string } {
  const output = { text: "" }
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output.text += chunk))
  return output
}
