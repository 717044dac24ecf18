import { type Duration, durationMs, type EnqueueResult, type Principal } from "@sluice/core"
import { period } from "@sluice/core/fields"
import { type Keys, missingKeyError, parseKeys } from "../messages/missing-key.ts"
import { createSigner } from "../messages/signing.ts"

/** The job, the second in which it ends, and the key that asked for it, if that is stored. A token of this form is no API key. */
const TOKEN = /^job_(\d{1,15})_(\d{1,12})(?:_k(\d{1,15}))?_([\w-]{43})$/

export interface JobTokens {
  /**
   * Returns what makes a token that is valid for this long. The token lets one watch a job, and do nothing else. It isn't
   * stored: it is signed with the first of the keys of the environment, and valid for as long as that is one of the API's, and the
   * stored key that asked for it is valid.
   *
   * @param expiresIn Default an hour.
   */
  readonly lasting: (expiresIn: Duration | undefined, asker: Principal) => (id: string) => JobToken
  /** Whether the token is for this job, signed with one of the keys, and valid. */
  readonly verify: (token: string, id: string, now: Date) => Promise<boolean>
}

export interface JobToken {
  readonly token: string
  readonly expiresAt: Date
}

const LONGEST_TOKEN_MS = 7 * 86_400_000

/** For how long a token may be asked for. */
export const tokenLifetime = period(LONGEST_TOKEN_MS, "a duration of up to 7 days")

/** @param isValid Whether the stored key is, by its `Principal.id`. It is asked at each connection, so it should remember. */
export function createJobTokens(apiKey: Keys, isValid: (key: string) => Promise<boolean>): JobTokens {
  const keys = parseKeys(apiKey)
  const signer = keys.length === 0 ? undefined : createSigner(keys, "job-token")
  return {
    lasting(expiresIn = "1h", { id: asker }) {
      const [, key] = /^key:(\d+)$/.exec(asker) ?? []
      const ms = durationMs(expiresIn)
      if (signer === undefined) throw missingKeyError("createApp's apiKey")
      return (id) => {
        const expiresAt = new Date(Date.now() + ms)
        const seconds = Math.floor(expiresAt.getTime() / 1_000)
        const proof = signer.proofOf(textOf(id, seconds, key))
        const asked = key === undefined ? "" : `_k${key}`
        return { token: `job_${id}_${seconds}${asked}_${proof}`, expiresAt }
      }
    },
    async verify(token, id, now) {
      const [, tokenId, seconds, key, proof = ""] = TOKEN.exec(token) ?? []
      const isSigned = signer?.isProof(textOf(id, Number(seconds), key), proof) ?? false
      if (!isSigned || tokenId !== id || Number(seconds) * 1_000 <= now.getTime()) return false
      return key === undefined || isValid(`key:${key}`)
    },
  }
}

/** What is signed. */
function textOf(id: string, seconds: number, key: string | undefined): string {
  return key === undefined ? `${id}.${seconds}` : `${id}.${seconds}.${key}`
}

/**
 * What an enqueue that asks for a token is answered with beside its result. Only a job that it has stored gets one: the job that has
 * its unique key may be another caller's.
 */
export function tokenForStored(tokens: JobTokens, expiresIn: Duration | undefined, asker: Principal) {
  if (expiresIn === undefined) return () => ({})
  const make = tokens.lasting(expiresIn, asker)
  return ({ id, status }: EnqueueResult) => {
    if (status !== "enqueued") return {}
    const { token, expiresAt } = make(id)
    return { token, tokenExpiresAt: expiresAt }
  }
}

export function isJobToken(text: string): boolean {
  return text.startsWith("job_")
}
