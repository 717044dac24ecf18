import { createHmac, timingSafeEqual } from "node:crypto"
import { type Keys, parseKeys } from "../messages/missing-key.ts"

/** A token of this form is no API key. */
const TOKEN = /^job_(\d{1,15})_(\d{1,12})_([\w-]{43})$/

/**
 * Makes a token that lets one watch a job, and do nothing else. It isn't stored: it is signed with the first of the keys, and valid
 * for as long as that is one of the API's.
 */
export function signJobToken(apiKey: Keys, id: string, expiresAt: Date): string | undefined {
  const [key] = parseKeys(apiKey)
  const seconds = Math.floor(expiresAt.getTime() / 1_000)
  return key && `job_${id}_${seconds}_${signatureOf(key, id, seconds)}`
}

export function isJobToken(text: string): boolean {
  return text.startsWith("job_")
}

/** Whether the token is for this job, signed with one of the keys, and hasn't expired. */
export function verifyJobToken(apiKey: Keys, token: string, id: string, now: Date): boolean {
  const [, tokenId, seconds, signature = ""] = TOKEN.exec(token) ?? []
  const isSigned = parseKeys(apiKey).map((key) => isEqual(signature, signatureOf(key, id, Number(seconds))))
  return isSigned.includes(true) && tokenId === id && Number(seconds) * 1_000 > now.getTime()
}

/** HMAC-SHA256 under a key of its own, so that a token tells nothing about the use of the API key elsewhere. */
function signatureOf(apiKey: string, id: string, seconds: number): string {
  const key = createHmac("sha256", apiKey).update("sluice job token").digest()
  return createHmac("sha256", key).update(`${id}.${seconds}`).digest("base64url")
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
