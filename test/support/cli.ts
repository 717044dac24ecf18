import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))

/** Runs `sluice` with these arguments in a process of its own, without the settings of this one's environment. */
export function runSluice(...args: string[]): Promise<{ code: number; output: string }> {
  const { DATABASE_URL: _, SLUICE_SCHEMA: __, ...env } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr })
    })
  })
}
