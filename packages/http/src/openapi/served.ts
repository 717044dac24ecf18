import { brotliDecompressSync } from "node:zlib"
import { COMPRESSED } from "./compressed.ts"

let json: Buffer | undefined

/**
 * The document as JSON. It is kept compressed: functions that enqueue have it in their bundle, and few of their invocations
 * are asked for it.
 */
export function servedDocument(): Uint8Array<ArrayBuffer> {
  json ??= brotliDecompressSync(Buffer.from(COMPRESSED, "base64"))
  return new Uint8Array(json)
}
