import { createSluice, defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { sluiceOn } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const run = sluiceOn(database.url)

beforeEach(async () => {
  await database.pool.query("truncate sluice.jobs, sluice.finished")
})

test("`sluice jobs list` prints a table, and with --json what listJobs returns", async () => {
  const { id } = await sluice.enqueue("mail", {}, { queue: "slow", tags: ["x"], delay: "1h" })
  await sluice.enqueue("other", {})
  const { stdout } = await run("jobs", "list", "--state", "scheduled", "--tag", "x")
  expect(stdout.split("\n")[0]).toMatch(/^ID +NAME +STATE +QUEUE +ATTEMPTS +WHEN +TOOK$/)
  expect(stdout.split("\n")[1]).toMatch(new RegExp(`^${id} +mail +scheduled +slow +0 +due in 59m$`))
  const json = await run("jobs", "list", "--queue", "slow", "--json")
  expect(JSON.parse(json.stdout)).toEqual(
    JSON.parse(JSON.stringify(await sluice.listJobs({ queue: "slow" }))),
  )
})

test("each filter of the list is an option", async () => {
  const metadata = { customer: 7 }
  const options = { uniqueKey: "u", concurrencyKey: "c", metadata, queue: "q", tags: ["t"] }
  const { id: batch, jobs } = await sluice.enqueueBatch([{ name: "a", payload: {}, options }])
  const id = jobs[0]?.id
  await sluice.enqueue("b", {})
  const conditions = [
    ["--name", "a"],
    ["--queue", "q"],
    ["--tag", "t"],
    ["--batch", batch],
    ["--metadata", JSON.stringify(metadata)],
    ["--unique-key", "u"],
    ["--concurrency-key", "c"],
  ]
  const found = await Promise.all(
    conditions.map(async (words) => (await run("jobs", "list", "--json", ...words)).stdout),
  )
  expect(found.map((json) => JSON.parse(json).jobs.map((job: { id: string }) => job.id))).toEqual(
    conditions.map(() => [id]),
  )
  const before = await run("jobs", "list", "--json", "--enqueued-before", "2020-01-01")
  expect(JSON.parse(before.stdout).jobs).toEqual([])
  const after = await run("jobs", "list", "--json", "--enqueued-after", "2020-01-01T00:00Z")
  expect(JSON.parse(after.stdout).jobs).toHaveLength(2)
})

test("a list ends at its limit, and --after continues it", async () => {
  await sluice.enqueueMany(Array.from({ length: 5 }, () => ({ name: "a" })))
  const first = JSON.parse((await run("jobs", "list", "--limit", "3", "--json")).stdout)
  const second = JSON.parse(
    (await run("jobs", "list", "--limit", "3", "--json", "--after", first.next)).stdout,
  )
  const ids = [...first.jobs, ...second.jobs].map(({ id }) => Number(id))
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a))
  expect(ids).toHaveLength(5)
  const { stdout } = await run("jobs", "list", "--limit", "3")
  expect(stdout).toContain(`There may be more: --after ${first.next.split("-")[0].slice(0, 6)}`)
})

test("`sluice jobs show` prints a job with its payload, its executions and their errors", async () => {
  const { drainOnce } = drainable(database, [
    defineJob({
      name: "failing",
      maxAttempts: 1,
      perform() {
        throw new TypeError("no\u001b[2J such address")
      },
    }),
  ])
  const { id } = await sluice.enqueue("failing", { to: "ada" }, { metadata: { customer: 7 } })
  await drainOnce()
  const { code, stdout } = await run("jobs", "show", id)
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`^id +${id}\nname +failing\nstate +discarded\n`))
  expect(stdout).toContain('payload\n  {\n    "to": "ada"\n  }')
  expect(stdout).toMatch(/^ {6}1 {2}discarded .* TypeError: no\\u001b\[2J such address$/m)
  expect(stdout, "from the database nothing steers the terminal").not.toContain("\u001b")
  const json = await run("jobs", "show", id, "--json")
  expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(await sluice.getJob(id))))
})

test("`sluice jobs show` names the jobs after which a job runs, and the one that failed", async () => {
  const { drainOnce } = drainable(database, [defineJob({ name: "unrelated", perform() {} })])
  const [first, second] = [await sluice.enqueue("a", {}), await sluice.enqueue("a", {})]
  const { id } = await sluice.enqueue("b", {}, { after: [first.id, second.id] })
  expect((await run("jobs", "show", id)).stdout).toMatch(
    new RegExp(`^state +waiting\nafter +${first.id}, ${second.id}$`, "m"),
  )
  await sluice.cancelJob(second.id)
  await drainOnce()
  expect((await run("jobs", "show", id)).stdout).toMatch(new RegExp(`^failed parent +${second.id}$`, "m"))
})

test("an unknown job isn't found, with the exit code 1", async () => {
  const words = "No job has the id 4711, or its history was dropped"
  expect(await run("jobs", "show", "4711")).toEqual({ code: 1, stdout: "", stderr: `sluice: ${words}\n` })
  expect(await run("jobs", "cancel", "4711")).toEqual({ code: 1, stdout: "", stderr: `sluice: ${words}\n` })
  const json = await run("jobs", "cancel", "4711", "--json")
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toEqual({
    matched: 0,
    changed: 0,
    refused: [{ id: "4711", code: "job_not_found" }],
  })
})

test("one job is canceled, retried, updated, run and deleted by its id", async () => {
  const { id } = await sluice.enqueue("a", { n: 1 }, { queue: "q" })
  expect(await run("jobs", "cancel", id)).toEqual({ code: 0, stdout: "Canceled 1 job.\n", stderr: "" })
  expect(await sluice.getJob(id)).toMatchObject({ state: "canceled" })

  expect((await run("jobs", "retry", id, "--by", "ada")).stdout).toBe("Retried 1 job.\n")
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready", retries: [{ by: "ada" }] })

  const changes = ["--set-delay", "1h", "--set-priority", "7", "--set-queue", "r", "--set-payload", '{"n":2}']
  const labels = ["--set-tag", "x", "--set-tag", "y", "--set-metadata", '{"m":1}']
  const updated = await run("jobs", "update", id, ...changes, ...labels, "--json")
  expect(JSON.parse(updated.stdout)).toEqual({ matched: 1, changed: 1, refused: [] })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "scheduled",
    priority: 7,
    queue: "r",
    payload: { n: 2 },
    tags: ["x", "y"],
    metadata: { m: 1 },
  })

  const early = await run("jobs", "delete", id)
  expect(early).toEqual({
    code: 1,
    stdout: "",
    stderr: `sluice: Job ${id} has not finished: cancel it first\n`,
  })
  expect((await run("jobs", "run", id)).stdout).toBe("Made due 1 job.\n")
  expect(await sluice.getJob(id)).toMatchObject({ state: "ready" })
  await sluice.cancelJob(id)
  expect((await run("jobs", "delete", id)).stdout).toBe("Deleted 1 job.\n")
  expect(await sluice.getJob(id)).toBeUndefined()
})

test("of several ids those that were left are listed with the reason, and the exit code is 1", async () => {
  const waiting = await sluice.enqueue("a", {})
  const canceled = await sluice.enqueue("a", {})
  await sluice.cancelJob(canceled.id)
  const { code, stdout } = await run("jobs", "delete", waiting.id, canceled.id, "4711")
  expect(stdout).toBe(
    `Deleted 1 job.\n1 job could not be deleted:\nID${" ".repeat(waiting.id.length)}WHY\n${waiting.id}  job_not_finished\n1 id matched no job.\n`,
  )
  expect(code).toBe(1)
})

test("a filter acts on all that it matches, and --dry-run only counts them", async () => {
  await sluice.enqueueMany(Array.from({ length: 1_200 }, () => ({ name: "a" })))
  const { id } = await sluice.enqueue("b", {})
  const count = await run("jobs", "cancel", "--name", "a", "--dry-run")
  expect(count).toEqual({ code: 0, stdout: "Would cancel 1,200 jobs.\n", stderr: "" })
  expect((await sluice.cancelJobs({ name: "a" }, { dryRun: true })).matched).toBe(1_200)

  const all = await run("jobs", "cancel", "--name", "a", "--yes", "--json")
  expect(JSON.parse(all.stdout)).toEqual({ matched: 1_200, changed: 1_200, refused: [] })
  expect(await sluice.getJob(id), "the filter didn't match it").toMatchObject({ state: "ready" })
})

test("ids and a filter together mean the jobs to which both apply", async () => {
  const one = await sluice.enqueue("a", {})
  const other = await sluice.enqueue("b", {})
  const { code, stdout } = await run("jobs", "cancel", one.id, other.id, "--name", "a")
  expect(stdout).toBe("Canceled 1 job.\n1 id matched no job.\n")
  expect(code).toBe(1)
  expect(await sluice.getJob(other.id)).toMatchObject({ state: "ready" })
})

test.each([
  [["cancel"], "Which jobs? Give ids, or a filter such as --name or --state"],
  [["cancel", "--yes"], "Which jobs?"],
  [["delete", "--dry-run"], "Which jobs?"],
  [["cancel", "seven"], '"seven" is not the id of a job, which is a number'],
  [["update", "7"], "What is to be changed? Give an option such as --set-priority"],
  [["update", "--queue", "q", "--set-payload", "{}", "--yes"], "--set-payload of several jobs needs --name"],
  [["list", "--state", "lost"], '--state is "lost": give one of scheduled, ready'],
  [["list", "--tag", "a", "--tag", "b"], "--tag is given twice: give it once"],
  [["list", "--limit", "0"], '--limit is "0": give a whole number from 1 to 100000'],
  [["list", "--after", "x"], 'after is "x": give the last `next`'],
  [["list", "--metadata", "{}"], "--metadata is {}: give a JSON object with one or more keys"],
  [["shwo", "7"], 'There is no command "jobs shwo": did you mean jobs show?'],
  [["show"], "missing required argument 'id'. See sluice help jobs show"],
  [[], "Which command?\n\nUsage: sluice jobs"],
])("`sluice jobs %j` is refused in words, and changes nothing", async (args, words) => {
  await sluice.enqueue("a", {}, { queue: "q" })
  const { code, stdout, stderr } = await run("jobs", ...args)
  expect(stderr).toContain(words)
  expect(stdout).toBe("")
  expect(code).toBe(2)
  expect((await sluice.listJobs({ state: "ready" })).jobs).toHaveLength(1)
})
