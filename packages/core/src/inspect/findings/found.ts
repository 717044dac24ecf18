import type { Finding, FindingValues } from "./finding.ts"
import { longAs } from "./long-as.ts"
import { type FindingWriter, sayFinding } from "./say.ts"
import { FINDING_TEXTS, type FindingCode, type FindingTexts, type ValuesOf } from "./texts.ts"

/** A finding, said in English. */
export function found<Code extends FindingCode>(
  check: string,
  level: Finding["level"],
  code: Code,
  ...given: keyof ValuesOf<Code> extends never ? [] : [ValuesOf<Code>]
): Finding {
  const values: FindingValues = given[0] ?? {}
  const texts: FindingTexts = FINDING_TEXTS[code]
  const say = (template: string) => sayFinding(template, texts, values, inEnglish)
  const { text, remedy } = texts
  return { check, level, code, values, text: say(text), ...(remedy !== undefined && { remedy: say(remedy) }) }
}

const inEnglish: FindingWriter = {
  duration: longAs,
  bytes: (bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`,
  instant: (at) => at.toISOString(),
  number: String,
  text: (value) => value,
  list: (texts) => texts.join(", "),
}
