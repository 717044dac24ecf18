import { join } from "node:path"
import { installConsumer } from "./consumer.ts"

/** `npm run consumers` runs every app on every Node; `npm test` the quick ones on the Node that runs the tests. */
export const isLongRun = process.env.SLUICE_CONSUMERS === "all"

export interface NodeVersion {
  readonly major: number
  /** Of its `node`. Undefined for the one that runs the tests. */
  readonly folder?: string
}

export interface Nodes {
  readonly versions: readonly NodeVersion[]
  remove(): Promise<void>
}

/** The oldest supported release, the one between, and the one that runs the tests. */
export async function installNodes(): Promise<Nodes> {
  const own = { major: Number.parseInt(process.versions.node, 10) }
  const nodes = isLongRun
    ? await installConsumer("nodes", { node20: binaryOf("20"), node22: binaryOf("22") })
    : undefined
  if (!nodes) return { versions: [own], remove: async () => {} }
  const installed = [20, 22].map((major) => ({
    major,
    folder: join(nodes.folder, `node_modules/node${major}/bin`),
  }))
  return { versions: [...installed, own], remove: nodes.remove }
}

/** The package that the package `node` downloads for this machine when it is installed. */
function binaryOf(range: string): string {
  const { platform, arch } = process
  const prefix = platform === "darwin" && arch === "arm64" ? "node-bin" : "node"
  return `npm:${prefix}-${platform}-${arch}@${range}`
}
