import { chmod, mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { startPostgres } from "@sluice/local/postgres"
import { expect, inject, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const database = await createDatabase()

test("the tables of an app that connects as the embedded server's role come to lie in public", async () => {
  expect(new URL(inject("postgresUrl")).username).toBe("postgres")
  await database.pool.query("create table jobs (id integer)")
  expect(await database.rows("select 'jobs'::regclass::oid = 'public.jobs'::regclass::oid as there")).toEqual(
    [{ there: true }],
  )
})

test("data of a version whose role was named as the schema are refused, and stay as they are", async () => {
  const folder = await makeTemporaryFolder()
  try {
    const [{ version }] = await database.rows(
      "select current_setting('server_version_num')::int / 10000 as version",
    )
    const cluster = join(folder.path, "postgres")
    await mkdir(cluster)
    await chmod(folder.path, 0o755) // where root lends the server another user
    await chmod(cluster, 0o777)
    await writeFile(join(cluster, "PG_VERSION"), `${version}\n`)
    await writeFile(join(cluster, "sluice.password"), "secret\n")
    await expect(startPostgres({ dataDir: folder.path })).rejects.toMatchObject({
      code: "data_of_draft",
      message: expect.stringContaining(cluster),
    })
    expect((await readdir(cluster)).toSorted()).toEqual(["PG_VERSION", "sluice.password"])
  } finally {
    await folder.remove()
  }
})
