import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"
import { eq } from "drizzle-orm"
import { db, users } from "./database.ts"

const derive = promisify(scrypt) as (password: string, salt: string, length: number) => Promise<Buffer>

/** The number of the user with this email address and password; a new address makes an account. Undefined if the password is wrong. */
export async function findOrCreateUser(email: string, password: string): Promise<number | undefined> {
  const passwordHash = await hash(password, randomBytes(16).toString("hex"))
  await db.insert(users).values({ email, passwordHash }).onConflictDoNothing()
  const [user] = await db.select().from(users).where(eq(users.email, email))
  if (!user) throw new Error(`The user ${email} wasn't stored`)
  const [salt = ""] = user.passwordHash.split(":")
  const isRight = timingSafeEqual(Buffer.from(await hash(password, salt)), Buffer.from(user.passwordHash))
  return isRight ? user.id : undefined
}

async function hash(password: string, salt: string): Promise<string> {
  return `${salt}:${(await derive(password, salt, 32)).toString("hex")}`
}
