import { createHash } from "node:crypto"
import { gzipSync } from "node:zlib"
import { scripts, styles } from "./generated/index.ts"

export interface Asset {
  readonly type: string
  readonly text: string
  /** Of its content: the address changes when the content does, so that browsers keep it for a year. */
  readonly hash: string
  readonly gzipped: () => Uint8Array<ArrayBuffer>
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"><rect width="22" height="22" rx="6" fill="#0a6570" stroke="none"/><path d="M5 5v7m6-7v9m6-9v7M4 16.5c1.6 0 1.9-1.2 3.5-1.2s1.9 1.2 3.5 1.2 1.9-1.2 3.5-1.2 1.9 1.2 3.5 1.2"/></svg>'

/** All that is served; there is no other way to a file. */
const assets: ReadonlyMap<string, Asset> = new Map([
  ["dashboard.css", asset("text/css; charset=utf-8", styles.join("\n"))],
  ["icon.svg", asset("image/svg+xml", ICON)],
  ...Object.entries(scripts).map(
    ([name, text]) => [`${name}.js`, asset("text/javascript; charset=utf-8", text)] as const,
  ),
])

const byAddress = new Map([...assets].map(([name, one]) => [addressOf(name, one), one]))

/** Where an asset is served, below the base path: `/assets/dashboard-1a2b3c4d5e6f.css`. */
export function assetAddress(name: string): string {
  const one = assets.get(name)
  if (!one) throw new Error(`There is no asset ${name}: run npm run assets`)
  return addressOf(name, one)
}

export function assetAt(address: string): Asset | undefined {
  return byAddress.get(address)
}

/** The scripts of a page: the shell's, and that of its area if it has one. */
export function scriptsOf(area: string | undefined): string[] {
  return ["shell.js", "chart.js", ...(area !== undefined && assets.has(`${area}.js`) ? [`${area}.js`] : [])]
}

function addressOf(name: string, { hash }: Asset): string {
  const [stem, extension] = name.split(".")
  return `/assets/${stem}-${hash}.${extension}`
}

function asset(type: string, text: string): Asset {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12)
  let gzipped: Uint8Array<ArrayBuffer> | undefined
  return {
    type,
    text,
    hash,
    gzipped: () => {
      gzipped ??= new Uint8Array(gzipSync(text, { level: 9 }))
      return gzipped
    },
  }
}
