import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { createPageApp } from "./page-app.ts"

const ROWS = 800_000 // several seconds: progress is written once a second
const app = await createPageApp("docs/examples/csv-import.md")
const { database } = app

test(`${ROWS} rows are imported, each once, with progress, though the worker is killed half-way`, async () => {
  await app.run("migrate.ts")
  const rows = Array.from({ length: ROWS }, (_, index) => makeRow(index))
  await writeFile(join(app.folder, "customers.csv"), ["email,name,note", ...rows.map(toCsv)].join("\r\n"))
  const first = app.start("worker.ts")
  const importing = app.run("import.ts", "customers.csv")
  await eventually(async () => expect(await imported()).toBeGreaterThan(ROWS / 4), 50_000)
  await first.end("SIGKILL")
  const second = app.start("worker.ts")

  const output = await importing
  const percents = [...output.matchAll(/^\w+ (\d+) %/gm)].map(([, percent]) => Number(percent))
  expect(percents.length, output).toBeGreaterThan(0)
  expect(percents).toEqual(percents.toSorted((a, b) => a - b))
  expect(output.trim().split("\n").at(-1)).toMatch(/^succeeded/)
  const [{ count, sum }] = await database.rows(
    `select count(*)::int, md5(string_agg(md5(email || '|' || name || '|' || note), '' order by email collate "C")) as sum from customers`,
  )
  expect(count).toBe(ROWS)
  expect(sum).toBe(md5(rows.map((row) => md5(row.join("|"))).join("")))
  expect(await second.end("SIGTERM")).toBe(0)
}, 120_000)

test.each([
  ["", /is empty/],
  ['email,name,note\n"open,1,2\n', /quotes don't end|no field of CSV/],
  ['email,name,note\na@example.org,"b"c,d\n', /no field of CSV: "\\"b\\"c,d/],
  ["email,name,note\na@example.org,b\0,d\n", /NUL/],
  [Buffer.from([0x65, 0x0a, 0xff, 0x0a]), /isn't UTF-8/],
])(
  "a file that can't be imported, such as %j, is discarded at once, and says why",
  async (content, reason) => {
    await writeFile(join(app.folder, "broken.csv"), content)
    const before = await imported()
    const worker = app.start("worker.ts")
    expect(await app.run("import.ts", "broken.csv")).toMatch(/^discarded/m)
    const failures = await database.rows(
      `select attempt, outcome, error_message as message from sluice.job_failures
       where job_id = (select max(id) from sluice.job_history)`,
    )
    expect(failures).toEqual([{ attempt: 1, outcome: "discarded", message: expect.stringMatching(reason) }])
    expect(await imported()).toBe(before)
    expect(await worker.end("SIGTERM")).toBe(0)
  },
  30_000,
)

async function imported(): Promise<number> {
  return (await database.rows("select count(*)::int from customers"))[0].count
}

/** With all that CSV has: commas, quotes, lines within a field, empty fields, and letters of two bytes. */
function makeRow(index: number): string[] {
  const notes = ["", "plain", 'says "yes"', "one, two", "first line\nsecond line", "Grüße aus Köln"]
  return [
    `c${String(index).padStart(6, "0")}@example.org`,
    `Customer ${index}`,
    notes[index % notes.length] as string,
  ]
}

function toCsv(row: readonly string[]): string {
  return row.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",")
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex")
}
