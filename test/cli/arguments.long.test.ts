import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

const URL_OF_NOTHING = "postgres://127.0.0.1:1/x"

test.each([
  [[], "Which command?"],
  [["mirgate"], 'There is no command "mirgate": did you mean migrate?'],
  [["fly"], 'There is no command "fly": commands are init, migrate, doctor'],
  [["help", "wrok"], "did you mean work?"],
  [["migrate", "--shema", "x"], "unknown option '--shema' (Did you mean --schema?). See sluice help migrate"],
  [
    ["migrate", "--grace", "5s"],
    "unknown option '--grace', which is one of sluice work. See sluice help migrate",
  ],
  [["queues", "list"], 'There is no command "queues list": sluice queues lists them'],
  [["migrate", "now"], 'There is no command "migrate now": commands are status, plan'],
  [["doctor", "now"], "too many arguments for 'doctor'"],
  [["work", "--jobs", "a.ts", "--jobs", "b.ts"], "--jobs is given twice: give it once"],
  [["work", "--jobs", "--grace", "5s"], "--jobs needs a value: --jobs <file>"],
  [["work", "--jobs="], '--jobs is ""'],
  [["work", "--max-drainers", "abc"], '--max-drainers is "abc": give a whole number from 1 to 1000'],
  [["work", "--concurrency", "0"], '--concurrency is "0": give a whole number from 1 to 10000'],
  [["work", "--health-port", "70000"], '--health-port is "70000": give a whole number from 0 to 65535'],
  [["work", "--grace", "soon"], '--grace is "soon": give a duration such as "25s"'],
  [["migrate", "--retention", "{1d}"], '--retention is "{1d}": give JSON'],
  [["work", "--queues", "heavy,,mail"], '--queues is "heavy,,mail": give queues separated by commas'],
  [
    ["work", "--except", "a", "--queues", "b", "--jobs", "a.ts", "--database-url", URL_OF_NOTHING],
    "Give either --queues or --except",
  ],
  [["migrate", "--retention", "1s"], '--retention is "1s": give a duration such as "30d"'],
  [["migrate", "--unknown-names", "no"], '--unknown-names is "no": give refuse or accept'],
  [
    ["migrate", "--unknown-names", "accept", "--database-url", URL_OF_NOTHING],
    "--unknown-names needs --jobs",
  ],
  [
    ["enqueue", "x", "--expires-at", "2020-01-01", "--database-url", URL_OF_NOTHING],
    '--expires-at is "2020-01-01T00:00:00Z": give an instant that lies ahead',
  ],
  [["migrate", "--owner="], '--owner is ""'],
  [["migrate", "--owner", " "], '--owner is " ": give some text'],
  [["doctor", "--schema", "My Queue"], '--schema is "My Queue": give up to 40 lower-case letters'],
  [["doctor", "--json=yes"], "unknown option '--json=yes'"],
  [["migrate"], "Which database? Give --database-url, or set DATABASE_URL"],
  [
    ["doctor", "--database-url", "nonsense"],
    "--database-url is not a Postgres connection string: give one such as postgres://user:password@host:5432/database",
  ],
])("`sluice %j` is refused in words", async (args, words) => {
  const { code, output } = await runSluice(...args)
  expect(output).toContain(words)
  expect(output).not.toContain("    at ")
  expect(code).toBe(2)
})

// what core says of an option is told as it was typed
const database = await createDatabase()
test.each<[args: string[], words: string]>([
  [
    ["queues", "pause", "mail", "--until", "2020-01-01"],
    '--until is "2020-01-01T00:00:00Z": give an instant that has not',
  ],
  [
    ["queues", "pause", "mail", "--until", "soon"],
    '--until is "soon": give a day such as 2030-01-31, or an instant',
  ],
  [
    ["queues", "pause", "mail", "--until", "2030-01-01", "--for", "5m"],
    '--for is "5m": give --until or --for, not both',
  ],
  [
    ["enqueue", "noop", "--delay", "5m", "--run-at", "2030-01-01"],
    '--delay is "5m": give --run-at or --delay, not both',
  ],
  [["enqueue", "noop", "--options", '{"delay":-1}'], "--options: delay is -1: give a number of seconds"],
  [
    ["enqueue", "noop", "--options", '{"prioritiy":1}'],
    '--options has no option "prioritiy": did you mean "priority"?',
  ],
  [["enqueue", "noop", "--timeout", "0s"], '--timeout is "0s": give a duration longer than 0'],
  [["enqueue", "noop", "--tag", "x".repeat(200)], "--tag is ["],
  [["enqueue", "noop", "--rate-key", "x".repeat(600)], '--rate-key is "xxx'],
  [["jobs", "list", "--after", "x"], '--after is "x": give the last `next`'],
  [["jobs", "list", "--input", "foo"], '--input is "foo": give a path and a value'],
  [["jobs", "update", "1", "--set-queue", "a b"], '--set-queue is "a b": give 1 to 128 letters'],
  [["jobs", "update", "1", "--set-tag", "x".repeat(200)], "--set-tag is ["],
  [
    ["jobs", "update", "1", "--set-delay", "1m", "--set-run-at", "2030-01-01"],
    "give --set-run-at or --set-delay, not both",
  ],
  [["schedules", "set", "x", "noop", "--cron", "x"], '--cron is "x", and at character 2'],
  [["schedules", "set", "x", "noop", "--every", "1ms"], '--every is "1ms": give 1 to'],
  [
    ["schedules", "set", "x", "noop", "--every", "1h", "--jitter", "9d"],
    '--jitter is "9d": give 0 to 86400 seconds',
  ],
  [
    ["schedules", "set", "x", "noop", "--cron", "0 3 * * *", "--time-zone", "Mars"],
    '--time-zone is "Mars": give',
  ],
  [
    ["schedules", "set", "x", "noop", "--every", "1h", "--options", '{"priority":"x"}'],
    '--options: priority is "x"',
  ],
  [
    ["api-keys", "create", "x", "--role", "reader", "--only-name", "a"],
    '--only-name is ["a"]: give no names',
  ],
  [["api-keys", "create", "x", "--role", "enqueuer", "--only-queue", "a b"], '--only-queue is "a b": give'],
  [
    ["api-keys", "create", "x", "--role", "enqueuer", "--valid-for", "0s"],
    '--valid-for is "0s": give a duration',
  ],
  [["api-keys", "rotate", "1", "--overlap", "900d"], '--overlap is "900d": give 0 to 7776000 seconds'],
  [["keys", "override", "k", "--rate", "9999999/1m"], '--rate is "9999999/1m": give a rate such as'],
  [["keys", "override", "k", "--rate", "1/90d"], '--rate is "1/90d": give a rate such as'],
  [
    ["keys", "limit", "k", "--waiting", "1000001"],
    '--waiting is "1000001": give a whole number from 1 to 1000000',
  ],
  [["audit", "--action", "unknown"], '--action is "unknown": give one of enqueue, enqueueMany'],
  [["migrate", "--retention", '{"succeeded":"1x"}'], '--retention.succeeded is "1x": give'],
  [["migrate", "--retention", '{"x":"1d"}'], '--retention has no option "x"'],
])("`sluice %j` names the option as it was typed", async (args, words) => {
  const { code, output } = await runSluice(...args, "--database-url", database.url)
  expect(output).toContain(`sluice: ${words.startsWith("give") ? "--" : words}`)
  expect(output).toContain(words)
  expect(code).toBe(2)
})

test("with --json, wrong usage is a JSON document on the standard output, and a line beside it", async () => {
  const { code, output, stdout } = await runSluice("jobs", "lst", "--json")
  const message = 'There is no command "jobs lst": did you mean jobs list?'
  expect(JSON.parse(stdout)).toEqual({ error: { code: "bad_arguments", message } })
  expect(output).toContain(`sluice: ${message}`)
  expect(code).toBe(2)
})

test("variables of the environment are checked like options, and named", async () => {
  for (const [name, value, words] of [
    ["DATABASE_URL", "nonsense", "DATABASE_URL is not a Postgres connection string: give one such as"],
    ["SLUICE_SCHEMA", "My Queue", 'SLUICE_SCHEMA is "My Queue": give'],
    ["SLUICE_LOG", "yaml", 'SLUICE_LOG is "yaml": give readable or json'],
  ] as const) {
    const { output } = await runSluice.with({ DATABASE_URL: URL_OF_NOTHING, [name]: value })("doctor")
    expect(output).toContain(words)
  }
})

test("help lists the commands, and explains one with its options only", async () => {
  const { code, output } = await runSluice("help")
  expect(output).toMatch(/^ {2}migrate .*^ {2}doctor .*^ {2}work /ms)
  expect(code).toBe(0)
  for (const args of [
    ["help", "work"],
    ["work", "--help"],
    ["work", "-h"],
  ]) {
    const { output } = await runSluice(...args)
    expect(output).toContain("--health-port <port>")
    expect(output).not.toContain("--retention")
  }
})

test("--version prints the version of the package", async () => {
  const manifest = new URL("../../packages/cli/package.json", import.meta.url)
  const { version } = JSON.parse(await readFile(manifest, "utf8"))
  expect(await runSluice("--version")).toMatchObject({ code: 0, output: `${version}\n` })
})
