import { isIP, isIPv6 } from "node:net"
import ipaddr from "ipaddr.js"

/** Whether an IP address belongs to the public internet. Any other could be a machine or service of our own. */
export function isPublicAddress(text: string): boolean {
  // An address with a zone (`fe80::1%eth0`) is link-local.
  if (isIP(text) === 0 || text.includes("%")) return false
  const address = reachedAddress(ipaddr.parse(isIPv6(text) ? toHex(text) : text))
  return address.range() === "unicast" && (address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST))
}

/** The public part of IPv6. The library has no range for some addresses outside it, such as `::127.0.0.1`. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3")
/** How an IPv6-only network reaches IPv4. Its local variants (64:ff9b:1::/48) may embed an address anywhere. */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96")

/** The address that packets reach: the embedded one for IPv4-mapped (`::ffff:a.b.c.d`) and NAT64 addresses. */
function reachedAddress(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  return address.match(NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address
}

/** In the URL parser's spelling, because the library takes `::8.8.8.8`, which leads nowhere, for a mapped address. */
function toHex(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1)
}
