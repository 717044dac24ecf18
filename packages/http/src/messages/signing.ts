import { createHmac, timingSafeEqual } from "node:crypto"

/** Signs texts, so that what a client sends back is known to come from us. */
export interface Signer {
  readonly sign: (text: string) => string
  /** The text, if its signature is right. */
  readonly verify: (signed: string) => string | undefined
  /** The signature alone, for texts that both sides know. */
  readonly proofOf: (text: string) => string
  readonly isProof: (text: string, proof: string) => boolean
}

/**
 * Signs with the first secret, and accepts the signatures of all, so that secrets can be rotated. `purpose` keeps what was
 * signed for one use from being taken for another.
 */
export function createSigner(secrets: readonly string[], purpose: string): Signer {
  const keys = secrets.map((secret) => createHmac("sha256", secret).update(`sluice:${purpose}`).digest())
  const [first] = keys
  if (!first) throw new Error("A signer needs a secret")
  const isProof = (text: string, proof: string) =>
    keys.map((key) => isEqual(proofBy(key, text), proof)).includes(true)
  return {
    sign: (text) => `${Buffer.from(text).toString("base64url")}.${proofBy(first, text)}`,
    verify(signed) {
      const [, encoded = "", proof = ""] = /^([\w-]{1,4000})\.([\w-]{43})$/.exec(signed) ?? []
      const text = Buffer.from(encoded, "base64url").toString()
      return encoded !== "" && isProof(text, proof) ? text : undefined
    },
    proofOf: (text) => proofBy(first, text),
    isProof,
  }
}

function proofBy(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url")
}

function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}
