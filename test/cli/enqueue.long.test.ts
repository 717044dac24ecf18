import { fileURLToPath } from "node:url"
import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { sluiceOn, sluiceWithInput } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

const JOBS = fileURLToPath(new URL("fixtures/jobs.ts", import.meta.url))
const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const run = sluiceOn(database.url)

test("`sluice enqueue` stores a job with its payload and options", async () => {
  const options = [
    "--queue",
    "mail",
    "--priority",
    "-5",
    "--delay",
    "1h",
    "--max-attempts",
    "3",
    "--timeout",
    "90s",
  ]
  const keys = ["--unique-key", "ada", "--tag", "a", "--tag", "b, c", "--metadata", '{"customer":7}']
  const { code, stdout, stderr } = await run(
    "enqueue",
    "welcome",
    '{"to":"ada"}',
    ...options,
    ...keys,
    "--json",
  )
  expect(stderr).toContain("No drainer has registered the name welcome so far")
  expect(code).toBe(0)
  const stored = JSON.parse(stdout)
  expect(stored).toEqual({ id: expect.stringMatching(/^\d+$/), status: "enqueued", state: "scheduled" })
  expect(await sluice.getJob(stored.id)).toMatchObject({
    name: "welcome",
    payload: { to: "ada" },
    queue: "mail",
    priority: -5,
    maxAttempts: 3,
    uniqueKey: "ada",
    tags: ["a", "b, c"],
    metadata: { customer: 7 },
  })

  const again = await run("enqueue", "welcome", "--unique-key", "ada")
  expect(again).toEqual({
    code: 0,
    stdout: `Job ${stored.id} is there already: it is scheduled.\n`,
    stderr,
  })
})

test("without a payload it is {}, and `-` reads it from the standard input", async () => {
  const empty = JSON.parse((await run("enqueue", "tidy", "--json")).stdout)
  expect(await sluice.getJob(empty.id)).toMatchObject({ payload: {} })
  const piped = await sluiceWithInput(
    database.url,
    '{ "rows": [1, 2] }\n',
    "enqueue",
    "import",
    "-",
    "--json",
  )
  expect(await sluice.getJob(JSON.parse(piped.stdout).id)).toMatchObject({ payload: { rows: [1, 2] } })
})

test("`--options` takes what has no option of its own, and options of their own come before it", async () => {
  const json = JSON.stringify({ unique: { key: "k", onConflict: "reject" }, queue: "slow" })
  const first = await run("enqueue", "limited", "--options", json, "--queue", "fast", "--json")
  expect(await sluice.getJob(JSON.parse(first.stdout).id)).toMatchObject({ queue: "fast", uniqueKey: "k" })
  const second = await run("enqueue", "limited", "--options", json)
  expect(second.stderr).toMatch(/^sluice: .*"k"/)
  expect(second.code, "it was left undone").toBe(1)
})

test.each([
  ['{"to": ada}', '"a" is not expected, at line 1, column 8\n\n  {"to": ada}\n         ^'],
  ['{\n  "to": 1,\n}', '"}" is not expected, at line 3, column 1\n\n  }\n  ^'],
  ["{'to': 1}", '"\'" is not expected, at line 1, column 2'],
  ['{"to": "ada', "it ends too early, at line 1, column 12"],
  ["[1 2]", '"2" is not expected, at line 1, column 4'],
  ["", "it is empty"],
])("the payload %j is refused with the place where it is wrong", async (payload, words) => {
  const { code, stdout, stderr } = await run("enqueue", "welcome", payload)
  expect(stderr).toContain(`sluice: The payload is not JSON: ${words}`)
  expect(stdout).toBe("")
  expect(code).toBe(2)
})

test("a number that JavaScript would change is refused, wherever it is", async () => {
  const payload = '{"order": {"id": 12345678901234567890}}'
  for (const args of [[payload], ["{}", "--metadata", payload]]) {
    const { code, stderr } = await run("enqueue", "welcome", ...args)
    expect(stderr).toContain("has the number 12345678901234567890 at order.id, which JavaScript doesn't have")
    expect(code).toBe(2)
  }
})

test.each([
  [["--delay", "soon"], '--delay is "soon": give a duration such as 90s, 5m or 1h30m'],
  [["--run-at", "tomorrow"], '--run-at is "tomorrow": give a day such as 2030-01-31, or an instant'],
  [["--metadata", "[1]"], '--metadata is "[1]": give a JSON object'],
  [["--metadata", "{a:1}"], '--metadata is not JSON: "a" is not expected, at line 1, column 2'],
  [["--options", '{"prioritty":1}'], '--options has no option "prioritty": did you mean "priority"?'],
  [["--delay", "5m", "--run-at", "2030-01-01"], "give --run-at or --delay, not both"],
  [["--priorty", "1"], "unknown option '--priorty' (Did you mean --priority?). See sluice help enqueue"],
  [["{}", "{}"], "too many arguments for 'enqueue'"],
])("`sluice enqueue welcome %j` is refused in words", async (args, words) => {
  const { code, stderr } = await run("enqueue", "welcome", ...args)
  expect(stderr).toContain(words)
  expect(code).toBe(2)
})

test("with `--jobs` the definition checks the payload, and gives its policies", async () => {
  const wrong = await run("enqueue", "greet", '{"to":7}', "--jobs", JOBS)
  expect(wrong.stderr).toMatch(/^sluice: .*"greet".*to/)
  expect(wrong.code).toBe(2)
  const right = await run("enqueue", "greet", '{"to":"ada"}', "--jobs", JOBS, "--json")
  expect(await sluice.getJob(JSON.parse(right.stdout).id)).toMatchObject({ queue: "greetings" })
})

test("a name that nobody has registered is warned of, with the name that is like it", async () => {
  const jobs = [defineJob({ name: "send-receipt", perform() {} })]
  await migrate(database.url, { jobs, unknownNames: "accept" })
  const mistyped = await run("enqueue", "send-reciept", "--json")
  expect(mistyped.code).toBe(0)
  expect(JSON.parse(mistyped.stdout).status).toBe("enqueued")
  expect(mistyped.stderr).toMatch(
    /^No drainer has registered the name send-reciept so far: .* mean send-receipt\?$/m,
  )
  const right = await run("enqueue", "send-receipt")
  expect(right.stderr).toBe("")
  const quiet = await run("enqueue", "send-receipts", "--jobs", JOBS)
  expect(quiet.stderr, "definitions of the app decide").not.toContain("No drainer")
})
