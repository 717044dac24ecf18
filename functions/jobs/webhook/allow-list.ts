import { BlockList, isIP } from "node:net"
import { SluiceError } from "@sluice/core"

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
      rules.some((rule) => rule.network?.check(address, familyOf(address)) && allowsPort(rule, port)),
  }
}

/** Either a name or a network; an address is a network of one. */
interface Rule {
  readonly name?: string
  readonly network?: BlockList
  readonly port?: number
}

function ruleFrom(entry: string): Rule {
  return entry.includes("/") ? networkRule(entry) : hostRule(entry)
}

function networkRule(entry: string): Rule {
  const [, address = "", prefix] = /^([\d.]+|[\da-f:.]+)\/(\d{1,3})$/i.exec(entry) ?? []
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] as number
  if (prefix === undefined || Number(prefix) > longest) return invalid(entry)
  return { network: networkOf(address, Number(prefix)) }
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
      : { network: networkOf(address, isIP(address) === 4 ? 32 : 128) }),
    ...(port !== undefined && { port: Number(port) }),
  }
}

function networkOf(address: string, prefix: number): BlockList {
  const network = new BlockList()
  network.addSubnet(address, prefix, familyOf(address))
  return network
}

function allowsPort(rule: Rule, port: number): boolean {
  return rule.port === undefined || rule.port === port
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4"
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
