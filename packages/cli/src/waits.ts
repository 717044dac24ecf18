import { readPayload } from "./enqueue.ts"
import type { Options } from "./options.ts"
import { printJson } from "./output/terminal.ts"
import { withSluice } from "./with-sluice.ts"

/** Completes a token for which a job waits. */
export async function completeWait(options: Options, words: readonly string[]): Promise<number> {
  const [token, valueText] = words as [string, string?]
  const value = valueText === undefined ? undefined : await readPayload(valueText, "The value")
  await withSluice(options, (sluice) => sluice.completeWait(token, value, { early: options.early }))
  if (options.json) printJson({ token, state: "completed" })
  else console.log(`The wait for ${JSON.stringify(token)} is completed.`)
  return 0
}
