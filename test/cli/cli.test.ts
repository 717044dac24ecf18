import { beforeAll, describe, expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase, type TestDatabase } from "../support/database.ts"

let empty: TestDatabase

beforeAll(async () => {
  empty = await createDatabase("template0")
})

describe.sequential("sluice on the command line", () => {
  test("doctor says that a database isn't migrated, and exits with 1", async () => {
    const { code, output } = await runSluice("doctor", "--database-url", empty.url)
    expect(output.match(/WRONG.*/g)).toEqual([
      "WRONG not migrated: there is no schema sluice of Sluice's. Run sluice migrate",
    ])
    expect(code).toBe(1)
  })

  test("migrate makes the schema, and a second time finds nothing to do", async () => {
    const first = await runSluice("migrate", "--database-url", empty.url, "--schema", "queue")
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining("applied 0001_tables") })
    const second = await runSluice("migrate", "--database-url", empty.url, "--schema", "queue")
    expect(second).toMatchObject({ code: 0, output: "The schema queue is up to date.\n" })
  })

  test("doctor is content with a database as it comes, once it is migrated: notes are no findings", async () => {
    const { code, output } = await runSluice("doctor", "--database-url", empty.url, "--schema", "queue")
    expect(output).toMatch(
      /^note {2}room for \d+ locks, \d+ of them held now; 10 drainers would use 12000 at most\. Drainers claim/m,
    )
    expect(output).toMatch(/^ok {4}room for \d+ connections; 10 drainers use \d+ at most, \d+ of each for/m)
    expect(output).not.toContain("WRONG")
    expect(code).toBe(0)
  })

  test("a day later doctor notes that the next drain creates a partition", async () => {
    await empty.pool.query(
      "do $$ begin execute format('drop table queue.finished_%s', to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD')); end $$",
    )
    const { code, output } = await runSluice("doctor", "--database-url", empty.url, "--schema", "queue")
    expect(output).toMatch(/^note {2}tomorrow's partition of the history is missing; the next drain creates/m)
    expect(code).toBe(0)
  })

  test("doctor --json prints the findings for a program", async () => {
    const { code, output } = await runSluice(
      "doctor",
      "--json",
      "--database-url",
      empty.url,
      "--schema",
      "queue",
    )
    expect(JSON.parse(output)).toMatchObject({
      ok: true,
      findings: expect.arrayContaining([
        {
          check: "directConnection",
          level: "ok",
          code: "connection_direct",
          values: {},
          text: "the connection is direct",
        },
      ]),
    })
    expect(code).toBe(0)
  })

  test("doctor examines nothing more of a schema that is behind", async () => {
    await empty.pool.query(`create schema behind;
      create function behind.schema_version() returns integer language sql return 1`)
    const { code, output } = await runSluice("doctor", "--database-url", empty.url, "--schema", "behind")
    expect(output.match(/WRONG.*/g)).toEqual([
      expect.stringMatching(
        /^WRONG the schema behind is at version 1, this package at \d+\. Run sluice migrate$/,
      ),
    ])
    expect(code).toBe(1)
  })

  test("doctor finds more drainers than the server has connections for", async () => {
    const many = ["--schema", "queue", "--max-drainers", "900"]
    const { code, output } = await runSluice("doctor", "--database-url", empty.url, ...many)
    expect(output).toMatch(
      /^WRONG room for \d+ connections, too few for 900 drainers, which use 3600\. Raise max/m,
    )
    expect(code).toBe(1)
  })
})
