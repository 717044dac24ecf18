import { stripVTControlCharacters } from "node:util"
import { createSluice, defineJob, drain } from "@sluice/core"
import { createConnect } from "@sluice/core/pg"
import { describe, expect, test } from "vitest"
import { sluiceOn } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startOnTerminal } from "../support/terminal.ts"

const database = await createDatabase()
const fail = defineJob({
  name: "fail",
  maxAttempts: 1,
  perform: () => Promise.reject(new Error("no\u001b[2Jt today")),
})
const sluice = createSluice({ database: database.pool, jobs: [fail] })
const run = sluiceOn(database.url)
await sluice.enqueue("fail", {})
await drain(sluice, { connect: createConnect(database.url) })
/** Enqueues what has no definition. */
const any = createSluice({ database: database.pool })
await any.enqueueMany([
  { name: "later", options: { delay: "1h" } },
  { name: "mail", options: { queue: "mail" } },
])

const LEAVES = "\u001b[?1049l"

test("without a terminal, `sluice top` prints one frame: states, queues, running and failed jobs", async () => {
  const { code, stdout, stderr } = await run("top")
  expect(stderr).toBe("")
  expect(code).toBe(0)
  expect(stdout).toContain("ready 1   running 0   scheduled 1   blocked 0   oldest ready ")
  expect(stdout).toMatch(/^mail +1 +0 +0 +0 /m)
  expect(stdout).toMatch(/^\d+ +fail +default +1 +(now|\d+s ago)$/m)
  expect(stdout).not.toContain("\u001b")
})

test("`--json` prints a frame for a program", async () => {
  const frame = JSON.parse((await run("top", "--json")).stdout)
  expect(frame).toMatchObject({
    at: expect.any(String),
    health: { verdict: expect.any(String) },
    states: { ready: 1, running: 0, scheduled: 1, blocked: 0 },
    queues: [{ name: "default" }, { name: "mail", ready: 1 }],
    running: [],
    failures: [{ name: "fail", state: "discarded" }],
  })
})

describe.runIf(process.platform === "linux")("on a terminal", () => {
  test("it shows what changes, until q gives the terminal back", async () => {
    const top = await startOnTerminal(database.url, ["top", "--every", "1s"])
    await eventually(() => expect(top.output()).toMatch(/mail +.*1/), 20_000)
    expect(top.output()).toContain("\u001b[?1049h")
    const { id } = await any.enqueue("added", {}, { queue: "brand-new" })
    await eventually(() => expect(top.output()).toContain("brand-new"))
    await sluice.cancelJob(id)
    top.type("q")
    expect(await top.ended).toBe(0)
    expect(top.output().trimEnd().endsWith(LEAVES)).toBe(true)
  })

  test("it fits the terminal, also when that becomes smaller", async () => {
    await any.enqueue("added", {}, { queue: "q".repeat(120) })
    const top = await startOnTerminal(database.url, ["top", "--every", "1h"], { columns: 100, rows: 30 })
    await eventually(() => expect(widest(top.output())).toBeGreaterThan(60), 20_000)
    top.fresh()
    top.resize(50, 12)
    const smaller = await eventually(() => {
      const frame = top.output().split("\u001b[H").at(-1) ?? ""
      expect(frame.split("\r\n").length).toBeLessThanOrEqual(12)
      return frame
    })
    const lines = smaller.split("\r\n") // what stands above the tables is cut by the terminal
    const tables = lines.slice(lines.findIndex((line) => plain(line).startsWith("QUEUE")))
    expect(tables.length).toBeGreaterThan(2)
    expect(Math.max(...tables.map((line) => plain(line).length))).toBeLessThanOrEqual(70)
    expect(smaller).toContain("…")
    top.type("\u0003")
    expect(await top.ended).toBe(130)
    expect(top.output()).toContain(LEAVES)
  })

  test("a database that goes away is told, and the last frame stays", async () => {
    const own = await createDatabase()
    const top = await startOnTerminal(own.url, ["top", "--every", "500ms"])
    await eventually(() => expect(top.output()).toContain("no queue has jobs"), 20_000)
    await own.pool.query("drop schema sluice cascade")
    await eventually(() => expect(top.output()).toMatch(/as of \d\d:\d\d:\d\d: .*sluice/))
    const frame = top.output().split("\u001b[H").at(-1) ?? ""
    expect(frame).toContain("no queue has jobs")
    top.type("q")
    expect(await top.ended).toBe(0)
  })

  test("a signal gives the terminal back, too", async () => {
    const top = await startOnTerminal(database.url, ["top"])
    await eventually(() => expect(top.output()).toContain("\u001b[?1049h"), 20_000)
    top.terminate()
    await top.ended
    expect(top.output()).toContain(LEAVES)
  })
})

function widest(output: string): number {
  return Math.max(...output.split("\r\n").map((line) => plain(line).length))
}

function plain(line: string): string {
  return stripVTControlCharacters(line)
}
