import { createServer } from "node:http"
import { afterAll } from "vitest"

/** As much of S3 as one object needs. The SDK is pointed at it by `AWS_ENDPOINT_URL_S3`. */
export async function startS3() {
  const objects = new Map<string, string>()
  let isDown = false
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const path = new URL(request.url ?? "", "http://s3").pathname
    const answer = (status: number, content = "") =>
      response.writeHead(status, { "content-length": Buffer.byteLength(content) }).end(content)
    if (isDown) return answer(403, "<Error><Code>AccessDenied</Code><Message>refused</Message></Error>")
    if (request.method === "PUT") {
      objects.set(path, decodeChunks(Buffer.concat(parts), request.headers["content-encoding"]))
      return answer(200)
    }
    const object = objects.get(path)
    if (object === undefined)
      return answer(404, "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>")
    return answer(200, object)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => void server.close())
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    refuseAll(refuse: boolean) {
      isDown = refuse
    },
  }
}

/** With a checksum at its end, a body comes as chunks: a length in hexadecimal, the bytes, and at last the checksum. */
function decodeChunks(body: Buffer, encoding: string | undefined): string {
  if (!encoding?.includes("aws-chunked")) return body.toString()
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf("\r\n", at)
    const length = Number.parseInt(body.subarray(at, lineEnd).toString(), 16)
    if (!length) return Buffer.concat(chunks).toString()
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + length))
    at = lineEnd + 2 + length + 2
  }
}
