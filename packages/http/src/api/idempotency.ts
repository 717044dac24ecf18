import { createHash } from "node:crypto"
import type { Principal, RequestToStore } from "@sluice/core"
import { truncate } from "@sluice/core/checks"
import type { Context } from "hono"
import { refuse } from "../messages/problem.ts"
import { principalOf } from "./authorize.ts"

/** A string of HTTP's structured fields, or the same without its quotes. */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255}))$/

/**
 * The request by its `Idempotency-Key`, as the IETF draft describes it. The results are stored with the jobs, and a request with
 * the same key and content returns them again.
 */
export function requestOf(context: Context, body: unknown): { request?: RequestToStore } {
  const { req } = context
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
  return { request: { key: ownKey(principalOf(context), key), fingerprint: fingerprintOf(req.path, body) } }
}

/** Another caller's request isn't this one's, and its results are none of its business. That of the environment is the app's own. */
function ownKey({ id }: Principal, key: string): string {
  return id === "environment" ? key : `${id} ${key}`
}

function fingerprintOf(path: string, body: unknown): string {
  try {
    const text = `${path} ${JSON.stringify(body, sortKeys)}`
    return createHash("sha256").update(text).digest("hex")
  } catch {
    return refuse({ status: 422, code: "invalid_payload", detail: "The body is nested too deep" })
  }
}

/** The order of an object's keys means nothing, and a client that builds the body anew may change it. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
