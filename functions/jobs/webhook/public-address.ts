import { BlockList, isIPv4, isIPv6 } from "node:net"

/** Is this IP address one of the public internet? Anything else could be a machine or service of our own. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !RESERVED.check(address, "ipv4")
  // An address with a zone (`fe80::1%eth0`) is one of the link.
  if (!isIPv6(address) || address.includes("%")) return false
  const embedded = embeddedIPv4(address)
  if (embedded !== undefined) return isPublicAddress(embedded)
  return GLOBAL_UNICAST.check(address, "ipv6") && !RESERVED.check(address, "ipv6")
}

const RESERVED = new BlockList()
for (const network of [
  "0.0.0.0/8", // this network; 0.0.0.0 reaches the machine itself
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, with the metadata services of clouds
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // relays of 6to4
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
]) {
  const [address, prefix] = network.split("/") as [string, string]
  RESERVED.addSubnet(address, Number(prefix), "ipv4")
}
RESERVED.addSubnet("2001::", 23, "ipv6") // protocol assignments, with Teredo's tunnels
RESERVED.addSubnet("2001:db8::", 32, "ipv6") // documentation
RESERVED.addSubnet("2002::", 16, "ipv6") // 6to4: tunnels to any IPv4 address
RESERVED.addSubnet("3fff::", 20, "ipv6") // documentation

// Of IPv6 only this part is public; loopback, link-local, unique local and multicast are all outside.
const GLOBAL_UNICAST = new BlockList()
GLOBAL_UNICAST.addSubnet("2000::", 3, "ipv6")

const EMBEDDING = new BlockList()
EMBEDDING.addSubnet("64:ff9b::", 96, "ipv6") // NAT64: how a network of IPv6 alone reaches IPv4

/** The IPv4 address that an IPv4-mapped (`::ffff:a.b.c.d`) or NAT64 (`64:ff9b::a.b.c.d`) address leads to. */
function embeddedIPv4(address: string): string | undefined {
  const canonical = new URL(`http://[${address}]/`).hostname
  const mapped = canonical.startsWith("[::ffff:")
  if (!mapped && !EMBEDDING.check(address, "ipv6")) return undefined
  return ipv4OfLast32Bits(canonical.slice(1, -1))
}

// Canonical addresses end in two groups of up to four hex digits; `::` stands for groups of zero.
function ipv4OfLast32Bits(canonical: string): string {
  const [high = "0", low = "0"] = canonical.split(":").slice(-2)
  const bits = (Number.parseInt(high || "0", 16) << 16) | Number.parseInt(low || "0", 16)
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join(".")
}
