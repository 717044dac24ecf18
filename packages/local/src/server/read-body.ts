import type { IncomingMessage } from "node:http"

/**
 * The body of a request; undefined when it is longer than `maxBytes`. A body that is too long is read all the same, within
 * reason, because many clients read the response only after they have sent everything.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
    else if (bytes > maxBytes * 10) break
    else chunks.length = 0
  }
  return bytes > maxBytes ? undefined : Buffer.concat(chunks)
}
