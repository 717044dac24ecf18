import { type Keys, parseKeys } from "../messages/missing-key.ts"
import { createSigner } from "../messages/signing.ts"

/** A token of this form is no API key. */
const TOKEN = /^job_(\d{1,15})_(\d{1,12})_([\w-]{43})$/

export interface JobTokens {
  /**
   * Makes a token that lets one watch a job, and do nothing else. It isn't stored: it is signed with the first of the keys, and valid
   * for as long as that is one of the API's. Undefined if there is no key.
   */
  readonly sign: (id: string, expiresAt: Date) => string | undefined
  /** Whether the token is for this job, signed with one of the keys, and hasn't expired. */
  readonly verify: (token: string, id: string, now: Date) => boolean
}

export function createJobTokens(apiKey: Keys): JobTokens {
  const keys = parseKeys(apiKey)
  const signer = keys.length === 0 ? undefined : createSigner(keys, "job-token")
  return {
    sign(id, expiresAt) {
      const seconds = Math.floor(expiresAt.getTime() / 1_000)
      return signer && `job_${id}_${seconds}_${signer.proofOf(`${id}.${seconds}`)}`
    },
    verify(token, id, now) {
      const [, tokenId, seconds, proof = ""] = TOKEN.exec(token) ?? []
      const isSigned = signer?.isProof(`${id}.${Number(seconds)}`, proof) ?? false
      return isSigned && tokenId === id && Number(seconds) * 1_000 > now.getTime()
    },
  }
}

export function isJobToken(text: string): boolean {
  return text.startsWith("job_")
}
