import { InvalidInputError } from "../errors.ts"

/**
 * Passes a connection string to a driver and returns what the driver makes of it. If the driver can't parse it, the
 * error doesn't contain any of it: drivers put the whole string into their error, with the password.
 *
 * @throws InvalidInputError `invalid_address`
 */
export function readAddress<Address>(url: string, read: (url: string) => Address): Address {
  if (typeof url !== "string" || !ADDRESS.test(url) || SPLIT_PASSWORD.test(url)) throw addressError()
  try {
    return read(url)
  } catch (error) {
    // a certificate file that the connection string names can't be read
    if ((error as { syscall?: unknown } | null)?.syscall) throw error
    throw addressError()
  }
}

/** Whether an error says that the connection string can't be parsed. Some drivers parse it only when they connect. */
export function isAddressError(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_INVALID_URL" || error instanceof URIError
}

/** Of a server, or of a socket's folder. The driver `pg` would take anything else for a database on a host named "base". */
const ADDRESS = /^(postgres(ql)?:\/\/|socket:|\/(?!\/))/

/** An unescaped slash or # in the password: a driver would take the rest for the database's name, and show it. */
const SPLIT_PASSWORD = /^\w+:\/\/[^/?#@]*:[^/?#@]*[/#][^?]*@/

export function addressError(): InvalidInputError {
  return new InvalidInputError(
    "invalid_address",
    "The database connection string can't be parsed: give one such as postgres://user:password@host:5432/database, with / ? # @ : and % in the password written as %2F %3F %23 %40 %3A and %25",
  )
}

export function missingAddressError(where: string): InvalidInputError {
  return new InvalidInputError(
    "invalid_address",
    `${where} has no database connection string: is the environment variable set that holds it? Give one such as postgres://user:password@host:5432/database`,
  )
}
