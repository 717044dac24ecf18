import { isIP } from "node:net"
import { SluiceError } from "@sluice/core"
import ipaddr from "ipaddr.js"

/** What SLUICE_WEBHOOK_ALLOW permits beyond public addresses. */
export interface AllowList {
  /** Is this name, as the URL has it, listed? Then it may resolve to any address. */
  hasName(name: string, port: number): boolean
  /** Is this address listed, or in a listed network? Then any name may resolve to it. */
  hasAddress(address: string, port: number): boolean
}

/**
 * A comma-separated list of
 * - names: `hooks.internal`, `localhost`; matched exactly, so a subdomain is another name,
 * - addresses: `10.0.0.7`, `[::1]`,
 * - networks: `10.1.0.0/16`, `fd00::/8`.
 * A name or an address with a port, `localhost:4000` or `[::1]:4000`, permits that port alone.
 */
export function parseAllowList(text: string): AllowList {
  const rules = text.split(",").flatMap((entry) => (entry.trim() === "" ? [] : [ruleFrom(entry.trim())]))
  return {
    hasName: (name, port) => rules.some((rule) => rule.name === withoutDot(name) && allowsPort(rule, port)),
    hasAddress: (address, port) =>
      rules.some((rule) => rule.network && isIn(rule.network, address) && allowsPort(rule, port)),
  }
}

/** Either a name or a network; an address is a network of one. */
interface Rule {
  readonly name?: string
  readonly network?: Network
  readonly port?: number
}

type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number]

function ruleFrom(entry: string): Rule {
  return entry.includes("/") ? networkRule(entry) : hostRule(entry)
}

function networkRule(entry: string): Rule {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) && !ipaddr.IPv6.isValidCIDR(entry)) return invalid(entry)
  return { network: ipaddr.parseCIDR(entry) }
}

// Through the URL parser, so that an entry is spelt as the host of a job's URL will be.
function hostRule(entry: string): Rule {
  const host = isIP(entry) === 6 ? `[${entry}]` : entry
  const url = URL.parse(`http://${host}/`)
  if (url === null || !/^[\w.:[\]-]+$/.test(host)) return invalid(entry)
  const port = /^(?:\[.*\]|[^:]*):(\d+)$/.exec(host)?.[1]
  const address = url.hostname.replace(/^\[|\]$/g, "")
  return {
    ...(isIP(address) === 0
      ? { name: withoutDot(url.hostname) }
      : { network: [ipaddr.process(address), isIP(address) === 4 ? 32 : 128] as const }),
    ...(port !== undefined && { port: Number(port) }),
  }
}

/** An IPv4-mapped address is judged as the one that it leads to. */
function isIn([network, prefix]: Network, text: string): boolean {
  const address = ipaddr.process(text)
  return address.kind() === network.kind() && address.match([network, prefix])
}

function allowsPort(rule: Rule, port: number): boolean {
  return rule.port === undefined || rule.port === port
}

function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name
}

function invalid(entry: string): never {
  throw new SluiceError(
    "invalid_webhook_allow",
    `SLUICE_WEBHOOK_ALLOW has '${entry}'; give names (hooks.internal), addresses (10.0.0.7), either with a port (localhost:4000), or networks (10.1.0.0/16), separated by commas`,
  )
}
