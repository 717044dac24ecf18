import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

test("an address that leads nowhere, a wrong password, a missing database and missing rights are told in a line", async () => {
  const { url, pool } = await createDatabase("template0")
  const { rows } = await pool.query("select current_database() as name")
  const stranger = `stranger_${rows[0].name}`
  await pool.query(`create role ${stranger} login password 'right'`)
  try {
    const as = (change: (url: URL) => void) => {
      const changed = new URL(url)
      change(changed)
      return changed.href
    }
    const cases: [string, RegExp][] = [
      [as((to) => (to.port = "1")), /The database can't be reached: connect ECONNREFUSED/],
      [as((to) => (to.hostname = "nowhere.invalid")), /The database can't be reached: .*nowhere\.invalid/],
      [
        as((to) => (to.pathname = "/nothing")),
        /database "nothing" does not exist: create it, or correct the/,
      ],
      [
        as((to) => {
          to.username = stranger
          to.password = "wrong"
        }),
        /password authentication failed for user "stranger_\w+": check the user and the password/,
      ],
    ]
    for (const [address, words] of cases) {
      for (const command of ["doctor", "migrate"]) {
        const { code, output } = await runSluice(command, "--database-url", address)
        expect(output).toMatch(words)
        expect(output).not.toContain("    at ")
        expect(code).toBe(command === "doctor" ? 1 : 3) // for doctor it is a finding
      }
    }

    const rightless = as((to) => {
      to.username = stranger
      to.password = "right"
    })
    await runSluice("migrate", "--database-url", url)
    const { code, output } = await runSluice("doctor", "--database-url", rightless)
    expect(output).toMatch(/WRONG permission denied for schema sluice: connect as a role with that right/)
    expect(code).toBe(1)
  } finally {
    await pool.query(`drop role ${stranger}`)
  }
})
