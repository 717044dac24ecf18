import { InvalidInputError } from "../errors.ts"

/**
 * What a driver makes of a connection string, which is whatever that driver takes. When it can't read it the error says
 * so without a word of the address: drivers put it into theirs, with the password.
 */
export function readAddress<Address>(url: string, read: (url: string) => Address): Address {
  if (typeof url !== "string" || url === "" || SPLIT_PASSWORD.test(url)) throw unreadable()
  try {
    return read(url)
  } catch (error) {
    // a certificate that the address names, and that can't be read
    if ((error as { syscall?: unknown } | null)?.syscall) throw error
    throw unreadable()
  }
}

/** Of a connection string that is only read when the driver connects. */
export function isUnreadableAddress(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_INVALID_URL" || error instanceof URIError
}

/** A raw slash or # in the password: what follows would be taken for the database, and shown as such. */
const SPLIT_PASSWORD = /^\w+:\/\/[^/?#@]*:[^/?#@]*[/#][^?]*@/

export function unreadable(): InvalidInputError {
  return new InvalidInputError(
    "invalid_address",
    "The database's address can't be read: give a connection string such as postgres://user:password@host:5432/database, in which / ? # @ : and % of a password are written as %2F %3F %23 %40 %3A and %25",
  )
}
