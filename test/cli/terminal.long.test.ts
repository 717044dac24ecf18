import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { text } from "node:stream/consumers"
import { createSluice } from "@sluice/core"
import { beforeEach, describe, expect, test } from "vitest"
import { shellWords, sluiceOn, startSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const run = sluiceOn(database.url)

beforeEach(async () => {
  await database.pool.query("truncate sluice.jobs, sluice.finished")
})

describe("through pipes", () => {
  test("a reader that has seen enough ends the command quietly", async () => {
    await fill(3_000)
    const list = shellWords("jobs", "list", "--limit", "3000", "--json")
    const plan = shellWords("migrate", "plan", "--schema", "another")
    for (const command of [list, plan]) {
      const line = `set -o pipefail; ${command} | head -n 1`
      const { code, output, errors } = await inShell(["bash", "-c", line])
      expect(errors).toBe("")
      expect(output.split("\n")).toHaveLength(2)
      expect(code).toBe(0)
    }
  })

  test.runIf(existsSync("/dev/full"))("a disk that is full of the output is said in a line", async () => {
    await fill(1)
    for (const command of [shellWords("jobs", "list", "--json"), shellWords("queues")]) {
      const { code, errors } = await inShell(["bash", "-c", `${command} > /dev/full`])
      expect(errors).toMatch(/^sluice: the output can't be written: .*ENOSPC.*\n$/)
      expect(code).toBe(1)
    }
  })

  test("what is printed has no colours, and is as wide as it needs to be", async () => {
    const queue = "q".repeat(120)
    await sluice.enqueue("a", {}, { queue })
    const { stdout } = await run("jobs", "list")
    expect(stdout).toContain(queue)
    expect(stdout).not.toContain("\u001b")
  })

  test("nobody can be asked: what changes many jobs needs --yes", async () => {
    await fill(2)
    const { code, stdout, stderr } = await run("jobs", "cancel", "--name", "a")
    expect(stderr).toBe("sluice: Cancel 2 jobs? Nobody can be asked here: give --yes, or --dry-run\n")
    expect(stdout).toBe("")
    expect(code).toBe(2)
    expect(await stateCounts()).toEqual({ ready: 2 })
  })

  test("Ctrl-C ends what changes many jobs after the statement that is under way, and says how far it came", async () => {
    await fill(60_000)
    const child = startSluice(database.url, ["jobs", "cancel", "--name", "a", "--yes", "--json"])
    const output = text(child.stdout)
    await eventually(async () => expect((await stateCounts()).canceled).toBeGreaterThan(0), 20_000)
    child.kill("SIGINT")
    const [code] = await once(child, "close")
    expect(code).toBe(130)
    const { matched, changed, next } = JSON.parse(await output)
    expect(next).toEqual(expect.any(String))
    expect(changed).toBe(matched)
    expect(await stateCounts()).toEqual({ ready: 60_000 - changed, canceled: changed })
  })
})

// util-linux has a command that gives a program a terminal
describe.runIf(process.platform === "linux")("on a terminal", () => {
  test("states have colours, but not with NO_COLOR", async () => {
    await fill(1)
    const colored = await onTerminal(["jobs", "list"])
    expect(colored.output).toContain("\u001b[36mready\u001b[39m")
    const plain = await onTerminal(["jobs", "list"], { variables: { NO_COLOR: "1" } })
    expect(plain.output).toContain(" ready ")
    expect(plain.output).not.toContain("\u001b")
  })

  test("a table fits the width", async () => {
    await sluice.enqueue("n".repeat(60), {}, { queue: "q".repeat(120) })
    const { output } = await onTerminal(["jobs", "list"], { variables: { NO_COLOR: "1" }, columns: 70 })
    const lines = output.trimEnd().split("\r\n")
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(70)
    expect(lines[1]).toMatch(/ n+… +ready +q+… /)
  })

  test("a bulk verb says how many jobs it would change, and asks", async () => {
    await fill(3)
    const refused = await onTerminal(["jobs", "cancel", "--name", "a"], { input: "n\n" })
    expect(refused.output).toContain("Cancel 3 jobs? [y/N]")
    expect(refused.output).toContain("Nothing was changed.")
    expect(refused.code).toBe(1)
    expect(await stateCounts()).toEqual({ ready: 3 })

    const done = await onTerminal(["jobs", "cancel", "--name", "a"], { input: "y\n" })
    expect(done.output).toContain("Canceled 3 jobs.")
    expect(done.code).toBe(0)
    expect(await stateCounts()).toEqual({ canceled: 3 })
  })

  test("Ctrl-C at a question changes nothing, and ends the command as Ctrl-C does", async () => {
    await fill(2)
    const command = ["jobs", "cancel", "--name", "a"]
    const { output, code } = await onTerminal(command, { input: "\u0003", after: "[y/N]" })
    expect(output).toContain("Cancel 2 jobs? [y/N]")
    expect(output).toContain("sluice: Nothing was changed")
    expect(code).toBe(130)
    expect(await stateCounts()).toEqual({ ready: 2 })
  })

  test("long work shows its progress", async () => {
    await fill(3_000)
    const { output } = await onTerminal(["jobs", "cancel", "--name", "a"], { input: "y\n" })
    expect(output).toMatch(/\rcanceling [█░]+ [\d,]+ of 3,000/)
  })
})

function fill(count: number) {
  return sluice.enqueueMany(Array.from({ length: count }, () => ({ name: "a" })))
}

async function stateCounts(): Promise<Record<string, number>> {
  const counted = await database.rows(
    `select state, count(*)::int from (
       select state::text from sluice.unfinished_jobs union all select state::text from sluice.job_history) all_jobs
     group by state`,
  )
  return Object.fromEntries(counted.map(({ state, count }) => [state, count]))
}

interface TerminalOptions {
  readonly input?: string
  /** What is printed before the input is typed. Default: it is typed at once. */
  readonly after?: string
  readonly columns?: number
  readonly variables?: Readonly<Record<string, string>>
}

/** The terminal's output has what both streams of the program have written. */
function onTerminal(args: string[], { input = "", after, columns = 100, variables }: TerminalOptions = {}) {
  const command = `stty cols ${columns} -echo; ${shellWords(...args)}`
  return inShell(["script", "-qec", command, "/dev/null"], { input, after, variables })
}

async function inShell(
  [command = "", ...args]: string[],
  {
    input = "",
    after = "",
    variables = {},
  }: {
    input?: string
    after?: string | undefined
    variables?: Readonly<Record<string, string>> | undefined
  } = {},
) {
  // Node takes a terminal for one without colours if it is told so, or that it runs in a CI that it doesn't know
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...env } = process.env
  const child = spawn(command, args, {
    env: { ...env, TERM: "xterm-256color", ...variables, DATABASE_URL: database.url },
  })
  const [output, errors] = [text(child.stdout), text(child.stderr)]
  let seen = ""
  child.stdout.on("data", (some) => {
    const wasSeen = seen.includes(after)
    seen += some
    if (!wasSeen && seen.includes(after)) child.stdin.write(input)
  })
  if (input !== "" && after === "") child.stdin.write(input)
  const [code] = await once(child, "close")
  return { code, output: await output, errors: await errors }
}
