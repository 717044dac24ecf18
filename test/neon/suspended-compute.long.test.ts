import { once } from "node:events"
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net"
import { createConnect, createPool } from "@sluice/aws"
import { createSluice } from "@sluice/core"
import { describe, expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()

describe.each([
  { how: "is reset", answer: (socket: Socket) => socket.resetAndDestroy() },
  { how: "is closed", answer: (socket: Socket) => socket.end() },
  { how: "finds the server starting up", answer: refuseWith("57P03", "the database system is starting up") },
])("a connection that $how", ({ answer }) => {
  test("is tried again for draining", async () => {
    const compute = await startCompute(1, answer)
    const connection = await createConnect(compute.url)()
    expect((await connection.query("select 1 as one")).rows).toEqual([{ one: 1 }])
    await connection.end()
    expect(compute.connections()).toBe(2)
  })

  test("is tried again for enqueueing, and the job is stored once", async () => {
    const compute = await startCompute(1, answer)
    const pool = createPool(compute.url)
    const { id } = await createSluice({ database: pool }).enqueue("any", {})
    await pool.end()
    expect(compute.connections()).toBe(2)
    expect(await database.rows("select from sluice.jobs where id = $1", [id])).toHaveLength(1)
  })
})

test("after four tries the database is given up", async () => {
  const compute = await startCompute(Number.POSITIVE_INFINITY, (socket) => socket.resetAndDestroy())
  await expect(createConnect(compute.url)()).rejects.toMatchObject({ code: "ECONNRESET" })
  expect(compute.connections()).toBe(4)
})

test("a wrong password is not tried again", async () => {
  const compute = await startCompute(1, refuseWith("28P01", "password authentication failed"))
  await expect(createConnect(compute.url)()).rejects.toMatchObject({ code: "28P01" })
  expect(compute.connections()).toBe(1)
})

test("a statement whose connection breaks is not tried again", async () => {
  const pool = createPool(database.url)
  await database.pool.query("create sequence tries")
  const statement = pool.query("select nextval('tries'), pg_terminate_backend(pg_backend_pid())")
  await expect(statement).rejects.toMatchObject({ code: "57P01" })
  expect((await pool.query("select nextval('tries')::int as next")).rows).toEqual([{ next: 2 }])
  await pool.end()
})

/** A compute that answers so many connections in its own way, and passes the next ones on to the database. */
async function startCompute(asleepFor: number, answer: (socket: Socket) => void) {
  const target = new URL(database.url)
  let connections = 0
  const server = createServer((socket) => {
    socket.on("error", () => {})
    if (++connections <= asleepFor) {
      socket.once("data", () => answer(socket))
      return
    }
    const backend = connectTcp(Number(target.port), target.hostname)
    backend.on("error", () => socket.destroy())
    socket.pipe(backend).pipe(socket)
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  onTestFinished(() => void server.close())
  const url = new URL(database.url)
  url.port = String((server.address() as AddressInfo).port)
  return { url: url.href, connections: () => connections }
}

/** Postgres' ErrorResponse. */
function refuseWith(code: string, message: string) {
  return (socket: Socket) => {
    const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
    const head = Buffer.from("E\0\0\0\0")
    head.writeInt32BE(fields.length + 4, 1)
    socket.end(Buffer.concat([head, fields]))
  }
}
