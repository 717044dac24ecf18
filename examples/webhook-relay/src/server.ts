import { isUtf8 } from "node:buffer"
import { createHmac, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { deliverWebhook } from "./jobs.ts"
import { pool, sluice } from "./queue.ts"

const MAX_BYTES = 100_000
const secret = process.env.WEBHOOK_SECRET ?? ""
const subscribers = (process.env.SUBSCRIBERS ?? "").split(",").filter(Boolean)
if (!secret) throw new Error("WEBHOOK_SECRET isn't set: without it, nobody's events can be trusted")

const server = createServer(async (request, response) => {
  const { status, ...body } = await receive(request).catch(() => ({ status: 500 }))
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
})
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once("SIGTERM", () => server.close(() => pool.end()))

/** Stores a delivery for each subscriber, all or none, before the sender gets its response. */
async function receive(request: IncomingMessage) {
  const body = await read(request)
  if (body === undefined) return { status: 413 }
  if (!isSigned(body, request.headers["x-signature"])) return { status: 401 }
  const event = request.headers["x-event-id"]
  if (typeof event !== "string" || event === "" || event.length > 100) return { status: 400 }
  if (!isUtf8(body) || body.includes(0)) return { status: 400 } // what Postgres stores is text
  await sluice.enqueueMany(
    subscribers.map((subscriber) => ({
      name: deliverWebhook.name,
      payload: { subscriber, event, body: body.toString() },
      options: { idempotencyKey: `${event} ${subscriber}` }, // senders repeat themselves
    })),
  )
  return { status: 202, deliveries: subscribers.length }
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > MAX_BYTES) return
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `sha256=` and the HMAC of the body's bytes, as GitHub and many others sign. */
function isSigned(body: Buffer, signature: string | string[] | undefined): boolean {
  const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`)
  const given = Buffer.from(String(signature))
  return given.length === expected.length && timingSafeEqual(given, expected)
}
