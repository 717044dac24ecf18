import { isIP, type LookupFunction } from "node:net"
import { SluiceError } from "@sluice/core"
import type { AllowList } from "./allow-list.ts"
import { isPublicAddress } from "./public-address.ts"
import { resolveName } from "./resolve-name.ts"

/** The URL's address is neither public nor listed in SLUICE_WEBHOOK_ALLOW. */
export class AddressRefusedError extends SluiceError {
  static override readonly name: string = "AddressRefusedError"
}

/** Refuses a URL whose host is a forbidden address. Names are checked when they are resolved. */
export function assertAddressAllowed(url: URL, allow: AllowList): void {
  const address = url.hostname.replace(/^\[|\]$/g, "")
  if (isIP(address) !== 0 && !isAllowed(address, portOf(url), allow)) throw refusalOf(address)
}

/**
 * A name lookup for the socket that returns only allowed addresses. The socket connects to exactly what was checked here,
 * so a name that resolves differently a moment later has no effect.
 */
export function guardedLookup(url: URL, allow: AllowList, signal: AbortSignal): LookupFunction {
  const port = portOf(url)
  const isTrusted = allow.hasName(url.hostname, port)
  return (hostname, options, callback) => {
    resolveName(hostname, options, signal).then(
      (found) => {
        const allowed = found.filter(({ address }) => isTrusted || isAllowed(address, port, allow))
        const [first] = allowed
        if (first === undefined) {
          return callback(refusalOf(`${hostname} (${found.map(({ address }) => address).join(", ")})`), "")
        }
        return options.all ? callback(null, allowed) : callback(null, first.address, first.family)
      },
      (error) => callback(error, ""),
    )
  }
}

function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port)
}

function isAllowed(address: string, port: number, allow: AllowList): boolean {
  return isPublicAddress(address) || allow.hasAddress(address, port)
}

function refusalOf(host: string): AddressRefusedError {
  return new AddressRefusedError(
    "address_refused",
    `${host} is not a public address; list it in SLUICE_WEBHOOK_ALLOW if webhooks may reach it`,
  )
}
