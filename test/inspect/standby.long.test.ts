import { createSluice } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { expect, onTestFinished, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { startCluster } from "../support/cluster.ts"

test("a standby is wrong and all else is examined, until it is promoted", async () => {
  const cluster = await startCluster()
  await migrate(cluster.url())
  await cluster.demote()
  const pool = new pg.Pool({ connectionString: cluster.url() })
  onTestFinished(() => pool.end())
  const sluice = createSluice({ database: pool })

  const wrong = (await sluice.examine()).filter(({ level }) => level === "wrong")
  expect(wrong).toMatchObject([{ check: "writes", code: "server_is_standby" }])
  const { code, output } = await runSluice("doctor", "--database-url", cluster.url())
  expect(output).toContain("WRONG the server is a standby, which accepts no writes")
  expect(output).toContain("Give the address of the primary")
  expect(code).toBe(1)

  await cluster.promote()
  expect(await sluice.examine()).toContainEqual(
    expect.objectContaining({ check: "writes", level: "ok", code: "writes_accepted" }),
  )
})
