import { brotliCompressSync, constants } from "node:zlib"
import { openApiDocument } from "./document.ts"

/** The document as served.ts reads it. */
export function compress(): string {
  const json = Buffer.from(JSON.stringify(openApiDocument))
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  }
  return brotliCompressSync(json, { params }).toString("base64")
}
