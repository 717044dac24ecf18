import { execFileSync } from "node:child_process"
import { chown, copyFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { createConnect } from "@sluice/aws"
import { startPostgres } from "@sluice/local/postgres"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasOpenssl)(
  "a server with a certificate of its own (skipped where openssl is not installed)",
  () => {
    let folder: Awaited<ReturnType<typeof makeTemporaryFolder>>
    let postgres: Awaited<ReturnType<typeof startPostgres>>
    let certificate: string

    beforeAll(async () => {
      folder = await makeTemporaryFolder()
      postgres = await startPostgres({ dataDir: folder.path })
      certificate = join(folder.path, "own.crt")
      await turnOnTls(postgres.url, folder.path, certificate)
    })
    afterAll(async () => {
      await postgres?.stop()
      await folder?.remove()
    })

    test("verify-full connects with its certificate as root, encrypted", async () => {
      const connection = await createConnect(urlWith({ sslmode: "verify-full", sslrootcert: certificate }))()
      const { rows } = await connection.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
      expect(rows).toEqual([{ ssl: true }])
      await connection.end()
    })

    test("verify-full refuses a certificate that nobody vouches for", async () => {
      await expect(createConnect(urlWith({ sslmode: "verify-full" }))()).rejects.toMatchObject({
        code: expect.stringMatching(/SELF_SIGNED/),
      })
    })

    test("verify-full refuses a server that the certificate does not name", async () => {
      const url = urlWith({ sslmode: "verify-full", sslrootcert: certificate }).replace(
        "127.0.0.1",
        "localhost",
      )
      await expect(createConnect(url)()).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" })
    })

    test("require verifies all the same: pg takes it for verify-full", async () => {
      await expect(createConnect(urlWith({ sslmode: "require" }))()).rejects.toMatchObject({
        code: expect.stringMatching(/SELF_SIGNED/),
      })
    })

    function urlWith(parameters: Record<string, string>): string {
      const url = new URL(postgres.url)
      url.hostname = "127.0.0.1"
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return url.href
    }
  },
)

/** The key must belong to the user that the server runs as. */
async function turnOnTls(url: string, folder: string, certificate: string): Promise<void> {
  const key = join(folder, "own.key")
  const subject = ["-subj", "/CN=sluice test", "-addext", "subjectAltName=IP:127.0.0.1"]
  const files = ["-keyout", key, "-out", certificate]
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, "-days", "2", ...subject],
    {
      stdio: "ignore",
    },
  )
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const dataDirectory = (await client.query("show data_directory")).rows[0].data_directory
  const { uid, gid } = await stat(dataDirectory)
  await copyFile(certificate, join(dataDirectory, "server.crt"))
  await copyFile(key, join(dataDirectory, "server.key"))
  for (const name of ["server.crt", "server.key"]) await chown(join(dataDirectory, name), uid, gid)
  await client.query("alter system set ssl = on")
  await client.query("select pg_reload_conf()")
  await eventually(async () => expect((await client.query("show ssl")).rows).toEqual([{ ssl: "on" }]))
  await client.end()
}
