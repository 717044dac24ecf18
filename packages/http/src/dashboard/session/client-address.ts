import type { DashboardContext } from "../reader.ts"

/**
 * Where a request comes from: as Lambda or Node's server knows it, or, behind proxies of one's own, as the first of them has noted it.
 * What is further left in the header, the client may have made up. Some hosts, such as Next.js, don't pass on what they know: there
 * it is the last that was noted, because with one address for all, anybody could keep everybody from logging in. Of IPv6 it is the
 * network, because one client has all of its addresses.
 */
export function addressOf({ env, req }: DashboardContext, trustedProxies: number): string {
  const noted = req
    .header("x-forwarded-for")
    ?.split(",")
    .map((one) => one.trim())
  const address = trustedProxies > 0 ? noted?.at(-trustedProxies) : undefined
  const known = address || peerOf(env as Environment | undefined) || noted?.at(-1)
  return networkOf(withoutPort(known || "unknown"))
}

function peerOf(known: Environment | undefined): string | undefined {
  return (
    known?.requestContext?.http?.sourceIp ??
    known?.requestContext?.identity?.sourceIp ??
    known?.incoming?.socket?.remoteAddress
  )
}

/** Some proxies note the port as well, which is another one with each connection. */
function withoutPort(address: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address
}

/** The first 64 bits of an IPv6 address; another one as it is. */
function networkOf(address: string): string {
  if (!/^[0-9a-f:]{2,39}$/i.test(address)) return address.slice(0, 64)
  const [head = "", tail] = address.toLowerCase().split("::")
  const [first, last] = [head, tail ?? ""].map((part) => part.split(":").filter((group) => group !== ""))
  const missing = Math.max(0, 8 - (first?.length ?? 0) - (last?.length ?? 0))
  const groups = [
    ...(first ?? []),
    ...new Array<string>(tail === undefined ? 0 : missing).fill("0"),
    ...(last ?? []),
  ]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")
}

interface Environment {
  readonly requestContext?: {
    readonly http?: { readonly sourceIp?: string }
    readonly identity?: { readonly sourceIp?: string }
  }
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } }
}
