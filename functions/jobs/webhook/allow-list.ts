import { isIP } from "node:net"
import { SluiceError } from "@sluice/core"
import ipaddr from "ipaddr.js"

/** What SLUICE_WEBHOOK_ALLOW permits beyond public addresses. */
export interface AllowList {
  /** Whether this name, as the URL spells it, is listed. It may then resolve to any address. */
  hasName(name: string, port: number): boolean
  /** Whether this address is listed, or in a listed network. Any name may then resolve to it. */
  hasAddress(address: string, port: number): boolean
}

/**
 * Parses a comma-separated list of
 * - names: `hooks.internal`, `localhost`; matched exactly, so subdomains are not included,
 * - addresses: `10.0.0.7`, `[::1]`,
 * - networks: `10.1.0.0/16`, `fd00::/8`.
 * A name or an address with a port, `localhost:4000` or `[::1]:4000`, allows that port only.
 */
export function parseAllowList(text: string): AllowList {
  const rules = text.split(",").flatMap((entry) => (entry.trim() === "" ? [] : [parseRule(entry.trim())]))
  return {
    hasName: (name, port) => rules.some((rule) => rule.name === stripDot(name) && allowsPort(rule, port)),
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

function parseRule(entry: string): Rule {
  return entry.includes("/") ? parseNetwork(entry) : parseHost(entry)
}

function parseNetwork(entry: string): Rule {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) && !ipaddr.IPv6.isValidCIDR(entry)) return invalid(entry)
  return { network: ipaddr.parseCIDR(entry) }
}

// Uses the URL parser, so that an entry is spelled like the host of a job's URL.
function parseHost(entry: string): Rule {
  const host = isIP(entry) === 6 ? `[${entry}]` : entry
  const url = URL.parse(`http://${host}/`)
  if (url === null || !/^[\w.:[\]-]+$/.test(host)) return invalid(entry)
  const port = /^(?:\[.*\]|[^:]*):(\d+)$/.exec(host)?.[1]
  const address = url.hostname.replace(/^\[|\]$/g, "")
  return {
    ...(isIP(address) === 0
      ? { name: stripDot(url.hostname) }
      : { network: [ipaddr.process(address), isIP(address) === 4 ? 32 : 128] as const }),
    ...(port !== undefined && { port: Number(port) }),
  }
}

/** An IPv4-mapped address counts as the IPv4 address in it. */
function isIn([network, prefix]: Network, text: string): boolean {
  const address = ipaddr.process(text)
  return address.kind() === network.kind() && address.match([network, prefix])
}

function allowsPort(rule: Rule, port: number): boolean {
  return rule.port === undefined || rule.port === port
}

function stripDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name
}

function invalid(entry: string): never {
  throw new SluiceError(
    "invalid_webhook_allow",
    `SLUICE_WEBHOOK_ALLOW contains '${entry}'; give names (hooks.internal), addresses (10.0.0.7), either with a port (localhost:4000), or networks (10.1.0.0/16), separated by commas`,
  )
}
