import { createHash, randomBytes } from "node:crypto"
import type { Role } from "./principal.ts"

/** The secret of an API key, and what is stored of it. */
export interface NewSecret {
  readonly secret: string
  /** Its beginning, by which people recognize it. It leaves 232 bits unknown. */
  readonly hint: string
  readonly hash: string
}

const RANDOM_BYTES = 32
/** Of so many bytes in base 36. */
const RANDOM_LENGTH = 50
const CHECKSUM_LENGTH = 6
const HINT_LENGTH = 4
const SECRET = new RegExp(`^(sluice_[a-z]+_[0-9a-z]{${RANDOM_LENGTH}})([0-9a-z]{${CHECKSUM_LENGTH}})$`)

/** `sluice_<role>_<random><checksum>`: one word for a double click, with a prefix that scanners for leaked secrets find. */
export function newSecret(role: Role): NewSecret {
  const random = BigInt(`0x${randomBytes(RANDOM_BYTES).toString("hex")}`)
  const body = `sluice_${role}_${random.toString(36).padStart(RANDOM_LENGTH, "0")}`
  const secret = body + checksumOf(body)
  return { secret, hint: body.slice(0, HINT_LENGTH - RANDOM_LENGTH), hash: hashOf(secret) }
}

/** Whether a secret can be one of ours. One that was mistyped or cut off isn't, which costs no query to find out. */
export function isWellFormed(secret: string): boolean {
  const [, body, checksum] = SECRET.exec(secret) ?? []
  return body !== undefined && checksumOf(body) === checksum
}

/** SHA-256 in hexadecimal. Whoever has it can't guess 256 random bits, so that a slow hash would only cost time. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex")
}

function checksumOf(body: string): string {
  return Number.parseInt(hashOf(body).slice(0, 7), 16).toString(36).padStart(CHECKSUM_LENGTH, "0")
}
