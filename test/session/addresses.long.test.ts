import { execFile } from "node:child_process"
import { once } from "node:events"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { inspect, promisify } from "node:util"
import { createConnect, createPool } from "@sluice/aws"
import { createNeonConnect, createNeonHttp } from "@sluice/aws/neon"
import { createSluice, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { startAndFail } from "../support/start.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })

test("the address of a socket is taken by every way in", async () => {
  const folder = await makeTemporaryFolder()
  const { port, hostname, username, password } = new URL(database.url)
  const sockets = createServer((socket) => {
    const backend = connect(Number(port), hostname)
    socket.pipe(backend).pipe(socket)
    for (const end of [socket, backend]) end.on("error", () => {})
  })
  await once(sockets.listen(join(folder.path, ".s.PGSQL.5432")), "listening")
  afterAll(async () => {
    sockets.close()
    await folder.remove()
  })
  const url = `postgresql://${username}:${password}@/${database.name}?host=${folder.path}`

  const pool = createPool(url)
  const sluice = createSluice({ database: pool, jobs: [job] })
  await sluice.enqueue("job", {})
  expect(await drain(sluice, { connect: createConnect(url) })).toMatchObject({ succeeded: 1 })
  expect(await migrate(url)).toEqual({ applied: [] })
  const doctor = await sluiceCommand("doctor", url)
  expect(doctor.output).toContain(`database ${database.name}`)
  await pool.end()
})

const SECRET = "hush/99"
const BAD = [
  `postgres://ada:${SECRET}@127.0.0.1:1/shop`,
  "postgres://ada:99/hush@127.0.0.1:1/shop",
  "postgres://ada:99#hush@127.0.0.1:1/shop",
]

test.each(BAD)("an address that can't be read, %s, is refused without a word of it", async (url) => {
  const ways: Record<string, () => unknown> = {
    createPool: () => createPool(url),
    createConnect: () => createConnect(url)(),
    createNeonConnect: () => createNeonConnect(url)(),
    createNeonHttp: () => createNeonHttp(url),
    migrate: () => migrate(url),
  }
  for (const [name, way] of Object.entries(ways)) {
    const error = await Promise.resolve()
      .then(way)
      .catch((error) => error)
    expect(error, name).toMatchObject({ code: "invalid_address", message: expect.stringContaining("%2F") })
    expect(everythingOf(error), name).not.toMatch(/hush|99/)
  }
})

test.each(["nonsense", "mysql://ada@127.0.0.1/shop", "//127.0.0.1/shop"])(
  "%s, which the driver takes for a database of another host, is refused",
  async (url) => {
    expect(() => createPool(url)).toThrow(expect.objectContaining({ code: "invalid_address" }))
    for (const way of [createConnect(url), () => migrate(url)])
      await expect(way()).rejects.toMatchObject({ code: "invalid_address" })
  },
)

test.each([undefined, ""])("a missing address (%j) is an error of the first statement", async (url) => {
  const sluice = createSluice({ database: createPool(url), jobs: [job] })
  for (const way of [() => sluice.enqueue("job", {}), () => drain(sluice, { connect: createConnect(url) })])
    await expect(way()).rejects.toMatchObject({
      code: "invalid_address",
      message: expect.stringContaining("environment variable"),
    })
})

test("nor does an app's own pool or connect tell it", async () => {
  const [url] = BAD
  const pool = new pg.Pool({ connectionString: url })
  const sluice = createSluice({ database: pool, jobs: [job] })
  const open = async () => {
    new URL(url as string) // as an app might
    return database.connect()
  }
  for (const way of [() => sluice.enqueue("job", {}), () => drain(sluice, { connect: open })]) {
    const error = await way().catch((error) => error)
    expect(error).toMatchObject({ code: "invalid_address" })
    expect(everythingOf(error)).not.toContain("hush")
  }
  expect(everythingOf(sluice)).not.toContain("hush")
  await pool.end()
})

test("nor do the commands print it", async () => {
  const [url] = BAD as [string]
  for (const command of ["doctor", "migrate", "work"]) {
    const { code, output } = await sluiceCommand(command, url)
    expect(code).toBe(2)
    expect(output).toContain("sluice: The database connection string can't be parsed")
    expect(output).not.toContain("hush")
  }
  const { code, output } = await startAndFail({ DATABASE_URL: url })
  expect(code).toBe(1)
  expect(output).toContain("error: The database connection string can't be parsed")
  expect(output).not.toContain("hush")
})

/** Also what only a debugger or a log of whole objects would show. */
function everythingOf(value: unknown): string {
  return inspect(value, { depth: 10, showHidden: true }) + JSON.stringify(value)
}

async function sluiceCommand(command: string, url: string): Promise<{ code: number; output: string }> {
  const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))
  const jobs = fileURLToPath(new URL("../worker/fixtures/jobs.ts", import.meta.url))
  const more = command === "work" ? ["--jobs", jobs] : []
  const parameters = [main, command, "--database-url", url, ...more]
  return promisify(execFile)(process.execPath, parameters).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: stdout + stderr }),
  )
}
