import { readFile } from "node:fs/promises"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"

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
  [["migrate", "--owner="], '--owner is ""'],
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
