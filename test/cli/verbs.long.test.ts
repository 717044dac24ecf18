import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { sluiceOn, sluiceWithInput } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const run = sluiceOn(database.url)

/** As a program reads it: dates are text. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value))

test("`sluice queues` lists them, and one is paused and resumed", async () => {
  await sluice.enqueue("a", {}, { queue: "mail" })
  await sluice.enqueue("a", {}, { queue: "mail", delay: "1h" })
  const { stdout } = await run("queues")
  expect(stdout).toMatch(
    /^QUEUE +READY +SCHEDULED +BLOCKED +RUNNING +OLDEST +PAUSED\nmail +1 +1 +0 +0 +\d+m?s\n$/,
  )

  expect((await run("queues", "pause", "mail", "--for", "2h")).stdout).toBe(
    "The queue mail is paused for 2h.\n",
  )
  const [paused] = await sluice.listQueues()
  expect(Number(paused?.pausedUntil) - Date.now()).toBeGreaterThan(7_000_000)
  expect(JSON.parse((await run("queues", "--json")).stdout)).toEqual({ queues: asJson([paused]) })

  expect(JSON.parse((await run("queues", "resume", "mail", "--json")).stdout)).toEqual({
    name: "mail",
    paused: false,
  })
  expect(await sluice.listPauses()).toEqual([])
})

test("names and concurrency keys are paused and resumed, too", async () => {
  expect((await run("pauses")).stdout).toBe("Nothing is paused.\n")
  await run("names", "pause", "a", "--until", "2999-01-01")
  await run("keys", "pause", "customer 7")
  expect(await sluice.listPauses()).toMatchObject([
    { kind: "key", target: "customer 7", until: null },
    { kind: "name", target: "a", until: new Date("2999-01-01") },
  ])
  const { stdout } = await run("pauses")
  expect(stdout).toMatch(/^key +customer 7 +\S.* +resumed$/m)
  expect(stdout).toMatch(/^name +a +\S.* +in \d+d$/m)
  await run("names", "resume", "a")
  await run("keys", "resume", "customer 7")
  expect(await sluice.listPauses()).toEqual([])
})

test("schedules are listed, shown, run, paused and resumed", async () => {
  await sluice.setSchedule("nightly", { name: "report", cron: "0 3 * * *", timeZone: "Europe/Berlin" })
  const { stdout } = await run("schedules")
  expect(stdout).toMatch(/^nightly +report +0 3 \* \* \* Europe\/Berlin +in \S+$/m)
  expect((await run("schedules", "list")).stdout).toBe(stdout)
  const listed = JSON.parse((await run("schedules", "--json")).stdout)
  expect(listed).toEqual({ schedules: asJson(await sluice.listSchedules()) })

  const ran = JSON.parse((await run("schedules", "run", "nightly", "--json")).stdout)
  expect(await sluice.getJob(ran.jobId)).toMatchObject({ name: "report", state: "ready" })
  const shown = await run("schedules", "show", "nightly")
  expect(shown.stdout).toMatch(new RegExp(`\\(on request\\) +enqueued +${ran.jobId} +ready`))

  await run("schedules", "pause", "nightly")
  expect(await sluice.getSchedule("nightly")).toMatchObject({ paused: true })
  await run("schedules", "resume", "nightly")
  expect(await sluice.getSchedule("nightly")).toMatchObject({ paused: false })

  for (const verb of ["show", "run", "pause", "resume"]) {
    const { code, stderr } = await run("schedules", verb, "hourly")
    expect(stderr).toBe('sluice: No schedule has the key "hourly"\n')
    expect(code).toBe(1)
  }
})

test("a schedule tells its interval with units, and that no tick is left", async () => {
  const often = await run(
    "schedules",
    "set",
    "often",
    "report",
    "--every",
    "12h30m",
    "--ends-at",
    "2020-01-01",
  )
  expect(often.stdout).toMatch(/^when +every 12h30m$/m)
  expect(often.stdout).toMatch(/^next +never$/m)
  expect((await run("schedules")).stdout).toMatch(/^often +report +every 12h30m +never/m)
  await run("schedules", "delete", "often")
})

test("batches are shown, canceled and retried", async () => {
  const jobs = [{ name: "a" }, { name: "b" }]
  const { id } = await sluice.enqueueBatch(jobs, { properties: { upload: "a.csv" } })
  expect((await run("batches", "show", id)).stdout).toMatch(/^state +open\njobs +2\npending +2$/m)
  expect(JSON.parse((await run("batches", "show", id, "--json")).stdout)).toEqual(
    asJson(await sluice.getBatch(id)),
  )

  expect((await run("batches", "cancel", id)).stdout).toBe("Canceled 2 jobs.\n")
  expect(await sluice.getBatch(id)).toMatchObject({ state: "failed", canceled: 2 })
  const retried = await run("batches", "retry", id, "--by", "ada", "--json")
  expect(JSON.parse(retried.stdout)).toEqual({ matched: 2, changed: 2, refused: [] })
  expect(await sluice.getBatch(id)).toMatchObject({ state: "open", pending: 2 })

  for (const verb of ["show", "cancel", "retry"]) {
    const { code, stderr } = await run("batches", verb, "4711")
    expect(stderr).toMatch(/^sluice: No batch has the id 4711/)
    expect(code).toBe(1)
  }
})

test("a wait is completed once, with a value from the arguments or the standard input", async () => {
  const unknown = await run("waits", "complete", "approval", '{"ok":true}')
  expect(unknown.stderr).toMatch(/^sluice: No job waits for "approval": check the token, or pass --early/)
  expect(unknown.code).toBe(1)
  const first = await sluiceWithInput(
    database.url,
    '{"ok":true}',
    "waits",
    "complete",
    "approval",
    "-",
    "--early",
    "--json",
  )
  expect(JSON.parse(first.stdout)).toEqual({ token: "approval", state: "completed" })
  const second = await run("waits", "complete", "approval", "--early")
  expect(second).toMatchObject({
    code: 1,
    stderr: 'sluice: The wait for "approval" has been completed before\n',
  })
})

test("`sluice migrate status` exits with 1 while something is to be migrated, and `plan` prints it as SQL", async () => {
  const empty = await createDatabase("template0")
  const onEmpty = sluiceOn(empty.url)
  expect(await onEmpty("migrate", "status")).toEqual({
    code: 1,
    stdout: expect.stringMatching(
      /^There is no schema sluice, this .*\npending 0001_tables\npending functions\n$/,
    ),
    stderr: "",
  })
  const { stdout } = await onEmpty("migrate", "plan")
  await empty.pool.query(stdout)
  const after = await onEmpty("migrate", "status", "--json")
  expect(after.code).toBe(0)
  expect(JSON.parse(after.stdout)).toMatchObject({ state: "current", applied: ["0001_tables"], pending: [] })
  expect(await onEmpty("migrate", "plan")).toEqual({ code: 0, stdout: "", stderr: "" })
  expect(JSON.parse((await onEmpty("migrate", "--json")).stdout)).toEqual({ applied: [] })
})

test("an option before the verb is refused: it would be one of another command", async () => {
  for (const args of [
    ["--schema", "x", "queues"],
    ["migrate", "--schema", "x", "plan"],
  ]) {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr).toContain("Options come after the command")
    expect(stdout).toBe("")
    expect(code).toBe(2)
  }
})

test("a database that can't be reached, and one that isn't migrated, end every command with 3", async () => {
  const nowhere = await sluiceOn("postgres://127.0.0.1:1/none")("jobs", "list")
  expect(nowhere).toMatchObject({ code: 3, stdout: "" })
  expect(nowhere.stderr).toMatch(/^sluice: The database can't be reached: connect ECONNREFUSED/)
  const empty = await createDatabase("template0")
  const missing = await sluiceOn(empty.url)("queues")
  expect(missing.stderr).toMatch(
    /^sluice: Sluice's tables are not in this database .*: run sluice migrate\n$/,
  )
  expect(missing.code).toBe(3)
})
