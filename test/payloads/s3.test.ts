import { once } from "node:events"
import { createServer, type ServerResponse } from "node:http"
import { S3Client } from "@aws-sdk/client-s3"
import { createS3Store } from "@sluice/aws"
import { createSluice, defineJob, drain } from "@sluice/core"
import { afterAll, afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const objects = new Map<string, Buffer>()
let refuses: [status: number, code: string] | undefined
let tellsSize = true
let isSilent = false
const responses: ServerResponse[] = []
const server = createServer(async (request, response) => {
  responses.push(response)
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts)
  const { pathname, searchParams } = new URL(request.url ?? "", "http://s3")
  const answer = (status: number, content: string | Buffer = "") =>
    response.writeHead(status, { "content-length": Buffer.byteLength(content) }).end(content)
  if (isSilent) return
  if (refuses)
    return answer(refuses[0], `<Error><Code>${refuses[1]}</Code><Message>refused</Message></Error>`)
  if (request.method === "PUT") {
    objects.set(pathname, body)
    return answer(200)
  }
  if (request.method === "POST" && searchParams.has("delete")) {
    let errors = ""
    for (const [, key] of body.toString().matchAll(/<Key>(.*?)<\/Key>/g))
      if (!objects.delete(`${pathname.replace(/\/$/, "")}/${key}`))
        errors += `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>refused</Message></Error>`
    return answer(200, `<DeleteResult>${errors}</DeleteResult>`)
  }
  const object = objects.get(pathname)
  if (object && !tellsSize) {
    response.flushHeaders() // so it is sent in chunks
    return response.end(object)
  }
  return object
    ? answer(200, object)
    : answer(404, "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>")
})
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address() as { port: number }
const client = new S3Client({
  region: "eu-central-1",
  endpoint: `http://127.0.0.1:${port}`,
  forcePathStyle: true,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  requestChecksumCalculation: "WHEN_REQUIRED",
  maxAttempts: 1,
})
const store = createS3Store({ bucket: "jobs", prefix: "app/", client })

afterEach(() => {
  refuses = undefined
  tellsSize = true
  isSilent = false
  responses.length = 0
  objects.clear()
})
afterAll(() => {
  client.destroy()
  server.close()
})

const bytes = Buffer.from('{"to":"ada"}')

test("an object is put under the bucket and the prefix, read and deleted", async () => {
  await store.put("payloads/2026-01-01/a", bytes)
  await store.put("payloads/2026-01-01/b", bytes)
  expect([...objects]).toEqual([
    ["/jobs/app/payloads/2026-01-01/a", bytes],
    ["/jobs/app/payloads/2026-01-01/b", bytes],
  ])
  expect(Buffer.from((await store.get("payloads/2026-01-01/a")) ?? [])).toEqual(bytes)
  await store.delete?.(["payloads/2026-01-01/a"])
  expect([...objects.keys()]).toEqual(["/jobs/app/payloads/2026-01-01/b"])
})

test("an object that isn't there is undefined, and any other error is thrown", async () => {
  expect(await store.get("payloads/2026-01-01/none")).toBeUndefined()
  refuses = [403, "AccessDenied"]
  await expect(store.get("payloads/2026-01-01/none")).rejects.toThrow("refused")
  await expect(store.put("payloads/2026-01-01/none", bytes)).rejects.toThrow("refused")
})

test("a deletion of which S3 refuses a part is an error, so that it is tried again", async () => {
  await store.put("payloads/2026-01-01/a", bytes)
  const deletion = store.delete?.(["payloads/2026-01-01/a", "payloads/2026-01-01/kept"])
  await expect(deletion).rejects.toThrow("app/payloads/2026-01-01/kept: AccessDenied refused")
})

test("an object that is larger than any payload is refused before it is read", async () => {
  objects.set("/jobs/app/payloads/2026-01-01/huge", Buffer.alloc(8 * 1024 * 1024 + 1))
  await expect(store.get("payloads/2026-01-01/huge")).rejects.toThrow("8388609 bytes")
  await isHungUp()
})

test("a read that is aborted hangs up", async () => {
  isSilent = true
  const abort = new AbortController()
  const reading = store.get("payloads/2026-01-01/a", { signal: abort.signal })
  await eventually(() => expect(responses).toHaveLength(1))
  abort.abort()
  await expect(reading).rejects.toMatchObject({ name: "AbortError" })
  await isHungUp()
})

test("so is one that turns out to be larger while it is read", async () => {
  tellsSize = false
  objects.set("/jobs/app/payloads/2026-01-01/huge", Buffer.alloc(20 * 1024 * 1024))
  const size = store.get("payloads/2026-01-01/huge").then((got) => got?.length)
  await expect(size).rejects.toThrow("more than 8388608")
  objects.set("/jobs/app/payloads/2026-01-01/a", bytes)
  expect(Buffer.from((await store.get("payloads/2026-01-01/a")) ?? [])).toEqual(bytes)
})

test("the SDK reports a bucket that is missing in the configuration when it is first used", async () => {
  await expect(createS3Store({ bucket: undefined, client }).get("any")).rejects.toThrow(
    "createS3Store({ bucket })",
  )
})

test("a job with a large payload and a large result passes through it", async () => {
  const database = await createDatabase()
  const large = { text: "x".repeat(1_000_000) }
  const echo = defineJob({ name: "echo", perform: (payload: { text: string }) => payload })
  const sluice = createSluice({ database: database.pool, jobs: [echo], payloads: { store } })
  const { id } = await echo.enqueue(large)
  expect(await drain(sluice, { connect: database.connect })).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ payload: large, result: large })
  expect(objects.size).toBe(2)
})

/** The server has seen the end of a connection on which it had not sent everything. */
async function isHungUp(): Promise<void> {
  const [response] = responses as [ServerResponse]
  if (!response.closed) await once(response, "close")
  expect(response.writableFinished).toBe(false)
}
