import { isIP, isIPv6 } from "node:net"
import ipaddr from "ipaddr.js"

/** Is this IP address one of the public internet? Anything else could be a machine or service of our own. */
export function isPublicAddress(text: string): boolean {
  // An address with a zone (`fe80::1%eth0`) is one of the link.
  if (isIP(text) === 0 || text.includes("%")) return false
  const address = reachedAddress(ipaddr.parse(isIPv6(text) ? inHex(text) : text))
  return address.range() === "unicast" && (address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST))
}

/** Of IPv6 only this part is public. What is outside has no range of its own in the library, as `::127.0.0.1`. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3")
/** How a network of IPv6 alone reaches IPv4. Its local variants, 64:ff9b:1::/48, may embed an address anywhere. */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96")

/** The address that packets end up at: of an IPv4-mapped (`::ffff:a.b.c.d`) or NAT64 address the one embedded. */
function reachedAddress(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address
  if (address.isIPv4MappedAddress()) return address.toIPv4Address()
  return address.match(NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address
}

/** The library takes `::8.8.8.8`, which leads nowhere, for a mapped address; as the URL parser writes it, it does not. */
function inHex(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1)
}
