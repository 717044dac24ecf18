import { createHash } from "node:crypto"
import type { RequestToStore } from "@sluice/core"
import type { Context } from "hono"
import { refuse, truncate } from "../messages/problem.ts"

/** A string of HTTP's structured fields, or the same without its quotes. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255}))$/

/**
 * The request by its `Idempotency-Key`, as the IETF draft describes it. The results are stored with the jobs, and a request with
 * the same key and content returns them again.
 */
export function requestOf({ req }: Context, body: unknown): { request?: RequestToStore } {
  const header = req.header("idempotency-key")
  if (header === undefined) return {}
  const [, quoted, bare] = KEY.exec(header) ?? []
  const key = quoted ?? bare
  if (key === undefined)
    refuse({
      status: 400,
      code: "invalid_idempotency_key",
      detail: `The header Idempotency-Key is '${truncate(header)}': send 1 to 255 visible ASCII characters, in double quotes`,
    })
  const fingerprint = createHash("sha256")
    .update(`${req.path} ${JSON.stringify(body)}`)
    .digest("hex")
  return { request: { key, fingerprint } }
}
