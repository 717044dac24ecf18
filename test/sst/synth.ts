import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { ROOT } from "./platform.ts"

/** What Pulumi is asked to make; besides, of type `bundle`, what SST's bundler is asked for. */
export interface Resource {
  readonly type: string
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: each type has its own
  readonly inputs: any
}

/** What synth-main.ts is told. */
export interface Synthesis {
  readonly root: string
  readonly config: string
  readonly stage: string
  /** Instead of the database that sst.config.ts chooses. */
  readonly database?: "aurora" | "neon"
  /** As `sst dev` deploys it. */
  readonly dev?: boolean
  readonly workDir: string
}

const SECRETS = {
  SluiceDatabaseUrl: "postgresql://ada:url-password@db.test/main",
  SluiceApiKey: "the-api-key",
}

/** The resources of a config. Rejects with what a user would see. */
export async function synthesize({
  config = join(ROOT, "sst.config.ts"),
  secrets = SECRETS,
  ...options
}: Partial<Pick<Synthesis, "config" | "stage" | "database" | "dev">> & {
  secrets?: Record<string, string>
} = {}) {
  const workDir = await mkdtemp(join(tmpdir(), "sluice-sst-"))
  try {
    const synthesis: Synthesis = { root: ROOT, config, stage: "test", ...options, workDir }
    const values = Object.entries(secrets).map(([name, value]) => [`SST_SECRET_${name}`, value])
    const env = { ...process.env, ...Object.fromEntries(values) }
    const main = join(import.meta.dirname, "synth-main.ts")
    await promisify(execFile)(process.execPath, [main, JSON.stringify(synthesis)], { env })
    return JSON.parse(await readFile(join(workDir, "resources.json"), "utf8")) as Resource[]
  } finally {
    await rm(workDir, { recursive: true })
  }
}
