import { createHmac, timingSafeEqual } from "node:crypto"
import { cookies } from "next/headers"
import { redirect } from "next/navigation"

const COOKIE = "session"
const LIFETIME_SECONDS = 7 * 24 * 3600
const BROWSER = "browser"
const BROWSER_SECONDS = 365 * 24 * 3600

/** Who is signed in. Sends everybody else to the page where they sign in. */
export async function requireUser(): Promise<number> {
  const user = userOf((await cookies()).get(COOKIE)?.value)
  return user ?? redirect("/sign-in")
}

export async function signIn(user: number): Promise<void> {
  const expiresAt = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS
  const claim = `${user}.${expiresAt}`
  ;(await cookies()).set(COOKIE, `${claim}.${sign(claim)}`, {
    httpOnly: true,
    sameSite: "lax",
    secure: process.env.NODE_ENV === "production", // browsers take localhost for secure
    maxAge: LIFETIME_SECONDS,
  })
}

/** So that somebody who tries passwords of this address keeps nobody out who has signed in to it with this browser. */
export async function rememberBrowser(email: string): Promise<void> {
  ;(await cookies()).set(BROWSER, sign(`browser of ${email}`), {
    httpOnly: true,
    sameSite: "lax",
    secure: process.env.NODE_ENV === "production",
    maxAge: BROWSER_SECONDS,
  })
}

export async function isKnownBrowser(email: string): Promise<boolean> {
  const signature = (await cookies()).get(BROWSER)?.value ?? ""
  return isSignature(signature, `browser of ${email}`)
}

export async function signOut(): Promise<void> {
  ;(await cookies()).delete(COOKIE)
}

/** The user of a cookie such as `7.1767225600.<signature>`, if it is ours and hasn't expired. */
function userOf(cookie = ""): number | undefined {
  const [, claim, user, expiresAt, signature] = /^((\d+)\.(\d+))\.([\w-]{43})$/.exec(cookie) ?? []
  if (!claim || !signature || Number(expiresAt) * 1000 < Date.now()) return undefined
  return isSignature(signature, claim) ? Number(user) : undefined
}

function isSignature(signature: string, claim: string): boolean {
  const [theirs, ours] = [Buffer.from(signature), Buffer.from(sign(claim))]
  return theirs.length === ours.length && timingSafeEqual(theirs, ours)
}

function sign(claim: string): string {
  const key = process.env.SESSION_KEY ?? ""
  if (key.length < 32) throw new Error("SESSION_KEY is missing or short: set it to `openssl rand -hex 24`")
  return createHmac("sha256", key).update(claim).digest("base64url")
}
