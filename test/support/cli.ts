import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))

/** Runs `sluice` with these arguments in a process of its own, without the settings of this one's environment. */
export const runSluice = Object.assign(runIn({}), { with: runIn })

/** The same with these variables in its environment. */
function runIn(variables: Record<string, string>) {
  const { DATABASE_URL: _, SLUICE_SCHEMA: __, ...env } = process.env
  return (...args: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const options = { env: { ...env, ...variables } }
      execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr })
      })
    })
}
