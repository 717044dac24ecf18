import { randomBytes } from "node:crypto"
import { createSigner } from "../../messages/signing.ts"

/** A token of a link that logs in, once. */
interface LoginToken {
  readonly id: string
  readonly until: number
}

const PURPOSE = "login link"

/**
 * A token that logs in as the owner of the key: `<dashboard>/login?token=…`. It works once in a process of the dashboard, and
 * for `lifetimeMs`, so make it when somebody asks for it.
 */
export function createLoginToken(apiKey: string, lifetimeMs: number): string {
  const token: LoginToken = { id: randomBytes(16).toString("base64url"), until: Date.now() + lifetimeMs }
  return createSigner([apiKey], PURPOSE).sign(JSON.stringify(token))
}

/** Accepts each token once. */
export function createLoginTokenCheck(apiKeys: readonly string[]): (token: string) => string | undefined {
  const used = new Map<string, number>()
  return (text) => {
    const key = apiKeys.find((key) => createSigner([key], PURPOSE).verify(text) !== undefined)
    if (key === undefined) return undefined
    const token = JSON.parse(createSigner([key], PURPOSE).verify(text) ?? "") as LoginToken
    const now = Date.now()
    for (const [id, until] of used) if (until < now) used.delete(id)
    if (token.until < now || used.has(token.id)) return undefined
    used.set(token.id, token.until)
    return key
  }
}
