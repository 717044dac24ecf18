import { createInterface } from "node:readline"
import { Interruption } from "../exit.ts"
import { UsageError } from "../option-spec.ts"
import { isAttended } from "./terminal.ts"

/**
 * Asks at the terminal, and returns whether the answer is yes. The end of the input means no.
 *
 * @throws UsageError Nobody can be asked.
 * @throws Interruption The answer is Ctrl-C.
 */
export async function confirm(question: string): Promise<boolean> {
  if (!isAttended) throw new UsageError(`${question} Nobody can be asked here: give --yes, or --dry-run`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      terminal.on("SIGINT", () => reject(new Interruption()))
      terminal.on("close", () => resolve(""))
      terminal.question(`${question} [y/N] `, resolve)
    })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
