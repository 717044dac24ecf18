import { fileURLToPath } from "node:url"
import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase } from "../support/database.ts"

const JOBS = fileURLToPath(new URL("../worker/fixtures/jobs.ts", import.meta.url))

test("`sluice migrate --jobs` registers the definitions, and refuses other names unless they are accepted", async () => {
  const { url, pool } = await createDatabase("template0")
  const sluice = createSluice({ database: pool })
  const migrate = (...options: string[]) =>
    runSluice("migrate", "--database-url", url, "--jobs", JOBS, ...options)

  expect(await migrate()).toMatchObject({ code: 0 })
  expect(await sluice.enqueue("noop", {})).toMatchObject({ status: "enqueued" })
  await expect(sluice.enqueue("nop", {})).rejects.toMatchObject({ code: "unknown_job" })

  expect(await migrate("--unknown-names", "accept")).toMatchObject({ code: 0 })
  expect(await sluice.enqueue("nop", {})).toMatchObject({ status: "enqueued" })
})

test("`sluice migrate --retention` stores how long history is kept", async () => {
  const { url, rows } = await createDatabase("template0")
  const migrate = (...options: string[]) => runSluice("migrate", "--database-url", url, ...options)
  expect(await migrate("--retention", "30d")).toMatchObject({ code: 0 })
  expect(
    await rows("select extract(epoch from retention)::int / 86400 as days from sluice.settings"),
  ).toEqual([{ days: 30 }])
  expect(await migrate("--retention", '{ "names": { "ping": "1h" } }')).toMatchObject({ code: 0 })
  expect(await rows("select target, keep::text from sluice.retention_rules")).toEqual([
    { target: "ping", keep: "01:00:00" },
  ])
})

test("`sluice migrate --owner` refuses the schema of another owner", async () => {
  const { url } = await createDatabase("template0")
  const migrate = (...options: string[]) => runSluice("migrate", "--database-url", url, ...options)
  expect(await migrate("--owner", "shop/production")).toMatchObject({ code: 0 })
  const { code, output } = await migrate("--owner", "shop/staging")
  expect(output).toContain("shop/production")
  expect(code).toBe(3)
})

test("`sluice migrate --owner` refuses a blank name before anything changes", async () => {
  const { url, rows } = await createDatabase("template0")
  const { code, output } = await runSluice("migrate", "--database-url", url, "--owner", " ")
  expect(output).toBe('sluice: --owner is " ": give some text\n')
  expect(code).toBe(2)
  expect(await rows("select from pg_namespace where nspname = 'sluice'")).toEqual([])
})
