import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, onTestFinished, test, vi } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

/** A call of each command that needs a database. */
const CALLS: Readonly<Record<string, string[]>> = {
  migrate: [],
  "migrate status": [],
  "migrate plan": [],
  doctor: [],
  top: ["--once"],
  enqueue: ["a"],
  "jobs list": [],
  "jobs show": ["1"],
  "jobs cancel": ["1"],
  "jobs retry": ["1"],
  "jobs run": ["1"],
  "jobs update": ["1", "--set-priority", "1"],
  "jobs delete": ["1"],
  "jobs erase": ["1"],
  errors: [],
  drainers: [],
  "names list": [],
  "keys list": [],
  "batches list": [],
  "waits list": [],
  queues: [],
  "queues pause": ["a"],
  "queues resume": ["a"],
  "queues limit": ["a", "--waiting", "5"],
  limits: [],
  pauses: [],
  "names pause": ["a"],
  "names resume": ["a"],
  "keys pause": ["a"],
  "keys resume": ["a"],
  "keys limit": ["a", "--waiting", "5"],
  "keys override": ["a", "--running", "5"],
  schedules: [],
  "schedules list": [],
  "schedules show": ["a"],
  "schedules run": ["a"],
  "schedules pause": ["a"],
  "schedules resume": ["a"],
  "schedules set": ["a", "b", "--every", "1h"],
  "schedules delete": ["a"],
  "batches show": ["1"],
  "batches retry": ["1"],
  "batches cancel": ["1"],
  "workflows show": ["1"],
  "events emit": ["a"],
  "waits complete": ["a"],
  import: ["pg-boss"],
  "api-keys list": [],
  "api-keys create": ["a", "--role", "reader"],
  "api-keys rotate": ["1"],
  "api-keys revoke": ["1"],
  audit: [],
}
/** They need no database, or say something else without one: tests of their own. */
const OTHERS = ["init", "dev", "work", "completion"]
/** They tell what they find. */
const FINDS = ["doctor"]
const AT_ONCE = 3
vi.setConfig({ testTimeout: 240_000 }) // each call is a process

test("this file knows every command", async () => {
  const known = [...Object.keys(CALLS), ...OTHERS]
  expect(await commandsIn()).toEqual(known.sort())
})

test("with a database that can't be reached, every command says so in a line and as JSON, and exits with 3", async () => {
  const nowhere = "postgres://user:secret@127.0.0.1:1/nothing"
  await forEachCommand(["--database-url", nowhere, "--json"], ({ command, code, output, stdout }) => {
    const { error } = JSON.parse(stdout)
    if (!FINDS.includes(command)) expect(error, command).toMatchObject({ code: "database_unavailable" })
    expect(output, command).toMatch(/The database can't be reached: connect ECONNREFUSED 127\.0\.0\.1:1/)
    expect(output, command).not.toMatch(/secret| {4}at /)
    expect(code, command).toBe(FINDS.includes(command) ? 1 : 3)
  })
})

test("with a role that may do nothing, every command says what is missing, and exits with 3", async () => {
  const database = await createDatabase()
  const role = `nobody_${new URL(database.url).pathname.slice(1)}`
  await database.pool.query(`create role ${role} login password 'right'`)
  onTestFinished(async () => {
    await database.pool.query(`drop role ${role}`)
  })
  const url = new URL(database.url)
  url.username = role
  url.password = "right"
  await forEachCommand(["--database-url", url.href], ({ command, code, output }) => {
    expect(output, command).toMatch(/permission denied|isn't allowed|may not|not permitted/)
    expect(output, command).not.toContain("    at ")
    expect(code, command).toBe(FINDS.includes(command) ? 1 : 3)
  })
})

test("in a database that isn't migrated, every command but migrate says what to run, and exits with 3", async () => {
  const empty = await createDatabase("template0")
  const migrates = ["migrate", "migrate status", "migrate plan"]
  await forEachCommand(
    ["--database-url", empty.url],
    ({ command, code, output }) => {
      expect(output, command).toMatch(/sluice migrate/)
      expect(output, command).not.toContain("    at ")
      expect(code, command).toBe(FINDS.includes(command) ? 1 : 3)
    },
    migrates,
  )
})

test("a jobs file that throws, has no jobs or isn't there is told by every command that takes one", async () => {
  const { path, remove } = await makeTemporaryFolder()
  onTestFinished(remove)
  const database = await createDatabase()
  await writeFile(join(path, "throws.mjs"), "throw new Error('not today')")
  await writeFile(join(path, "none.mjs"), "export const jobs = []")
  const cases: [file: string, words: RegExp, code: number][] = [
    ["throws.mjs", /throws\.mjs can't be loaded: Error: not today/, 1],
    ["none.mjs", /none\.mjs exports no job definition: export what defineJob returns/, 2],
    ["missing.mjs", /missing\.mjs can't be loaded: there is no such file/, 1],
  ]
  const commands = [["migrate"], ["work"], ["enqueue", "a"], ["events", "emit", "a"]]
  commands.push(["jobs", "update", "1", "--set-priority", "1"])
  for (const command of commands)
    for (const [file, words, code] of cases) {
      const given = ["--jobs", join(path, file), "--database-url", database.url]
      const ended = await runSluice(...command, ...given)
      expect(ended.output, command.join(" ")).toMatch(words)
      expect(ended.code, command.join(" ")).toBe(code)
    }
})

interface Ended {
  readonly command: string
  readonly code: number
  readonly output: string
  readonly stdout: string
}

async function forEachCommand(
  options: readonly string[],
  check: (ended: Ended) => void,
  except: readonly string[] = [],
): Promise<void> {
  const left = Object.entries(CALLS).filter(([command]) => !except.includes(command))
  const ends: Ended[] = []
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [command, words] = next
      ends.push({ command, ...(await runSluice(...command.split(" "), ...words, ...options)) })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  for (const ended of ends) check(ended)
}

/** As help lists them. */
async function commandsIn(): Promise<string[]> {
  const script = (await runSluice("completion", "fish")).output
  const places = [...script.matchAll(/^complete -c sluice -n '__sluice_(?:at|within) ?([^']*)' -l /gm)]
  return [...new Set([...places.map(([, words = ""]) => words), "completion"])].sort()
}
