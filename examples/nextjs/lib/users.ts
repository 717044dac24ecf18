import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"
import { eq, sql } from "drizzle-orm"
import { db, users } from "./database.ts"

const derive = promisify(scrypt) as (password: string, salt: string, length: number) => Promise<Buffer>

/**
 * The number of the user with this email address and password; a new address makes an account. Undefined if the password is wrong.
 * Each call hashes once, which takes about 50 ms of a processor: limit how often strangers may call it.
 */
export async function findOrCreateUser(email: string, password: string): Promise<number | undefined> {
  const [user] = await db.select().from(users).where(eq(users.email, email))
  if (!user) return createUser(email, password)
  const [salt = ""] = user.passwordHash.split(":")
  if (!isSame(await hash(password, salt), user.passwordHash)) return undefined
  await db.update(users).set({ signedInAt: sql`now()` }).where(eq(users.id, user.id))
  return user.id
}

/** Undefined if somebody else took the address in this moment. */
async function createUser(email: string, password: string): Promise<number | undefined> {
  const passwordHash = await hash(password, randomBytes(16).toString("hex"))
  const [user] = await db.insert(users).values({ email, passwordHash }).onConflictDoNothing().returning()
  return user?.id
}

async function hash(password: string, salt: string): Promise<string> {
  return `${salt}:${(await derive(password, salt, 32)).toString("hex")}`
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
