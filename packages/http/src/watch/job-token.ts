import { type Duration, durationMs, type EnqueueResult } from "@sluice/core"
import { period } from "@sluice/core/fields"
import { type Keys, missingKeyError, parseKeys } from "../messages/missing-key.ts"
import { createSigner } from "../messages/signing.ts"

/** A token of this form is no API key. */
const TOKEN = /^job_(\d{1,15})_(\d{1,12})_([\w-]{43})$/

export interface JobTokens {
  /**
   * Returns what makes a token that is valid for this long. The token lets one watch a job, and do nothing else. It isn't
   * stored: it is signed with the first of the keys, and valid for as long as that is one of the API's.
   *
   * @param expiresIn Default an hour.
   */
  readonly lasting: (expiresIn: Duration | undefined) => (id: string) => JobToken
  /** Whether the token is for this job, signed with one of the keys, and hasn't expired. */
  readonly verify: (token: string, id: string, now: Date) => boolean
}

export interface JobToken {
  readonly token: string
  readonly expiresAt: Date
}

const LONGEST_TOKEN_MS = 7 * 86_400_000

/** For how long a token may be asked for. */
export const tokenLifetime = period(LONGEST_TOKEN_MS, "a duration of up to 7 days")

export function createJobTokens(apiKey: Keys): JobTokens {
  const keys = parseKeys(apiKey)
  const signer = keys.length === 0 ? undefined : createSigner(keys, "job-token")
  return {
    lasting(expiresIn = "1h") {
      const ms = durationMs(expiresIn)
      if (signer === undefined) throw missingKeyError("createApp's apiKey")
      return (id) => {
        const expiresAt = new Date(Date.now() + ms)
        const seconds = Math.floor(expiresAt.getTime() / 1_000)
        return { token: `job_${id}_${seconds}_${signer.proofOf(`${id}.${seconds}`)}`, expiresAt }
      }
    },
    verify(token, id, now) {
      const [, tokenId, seconds, proof = ""] = TOKEN.exec(token) ?? []
      const isSigned = signer?.isProof(`${id}.${Number(seconds)}`, proof) ?? false
      return isSigned && tokenId === id && Number(seconds) * 1_000 > now.getTime()
    },
  }
}

/**
 * What an enqueue that asks for a token is answered with beside its result. Only a job that it has stored gets one: the job that has
 * its unique key may be another caller's.
 */
export function tokenForStored(tokens: JobTokens, expiresIn: Duration | undefined) {
  if (expiresIn === undefined) return () => ({})
  const make = tokens.lasting(expiresIn)
  return ({ id, status }: EnqueueResult) => {
    if (status !== "enqueued") return {}
    const { token, expiresAt } = make(id)
    return { token, tokenExpiresAt: expiresAt }
  }
}

export function isJobToken(text: string): boolean {
  return text.startsWith("job_")
}
