import { createInterface } from "node:readline"
import { UsageError } from "../option-spec.ts"
import { isAttended } from "./terminal.ts"

/**
 * Asks at the terminal, and returns whether the answer is yes. Ctrl-C and the end of the input mean no.
 *
 * @throws UsageError Nobody can be asked.
 */
export async function confirm(question: string): Promise<boolean> {
  if (!isAttended) throw new UsageError(`${question} Nobody can be asked here: give --yes, or --dry-run`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await new Promise<string>((resolve) => {
      terminal.on("close", () => resolve(""))
      terminal.question(`${question} [y/N] `, resolve)
    })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
