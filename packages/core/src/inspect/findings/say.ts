import type { FindingValues } from "./finding.ts"
import type { FindingTexts } from "./texts.ts"

/** How a language writes values. */
export interface FindingWriter {
  readonly duration: (ms: number) => string
  readonly bytes: (bytes: number) => string
  readonly instant: (at: Date) => string
  readonly number: (value: number) => string
  readonly text: (value: string) => string
  readonly list: (texts: readonly string[]) => string
}

/** Puts the values of a finding into its text, or into its remedy. */
export function sayFinding(
  template: string,
  { each = "" }: Pick<FindingTexts, "each">,
  values: FindingValues,
  writer: FindingWriter,
): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return whole
    if (typeof value === "object")
      return writer.list(value.map((thing) => sayFinding(each, {}, thing, writer)))
    return written(name, value, writer)
  })
}

function written(name: string, value: string | number, writer: FindingWriter): string {
  if (typeof value === "string")
    return name.endsWith("At") ? writer.instant(new Date(value)) : writer.text(value)
  if (name.endsWith("Ms")) return writer.duration(value)
  return name.endsWith("Bytes") ? writer.bytes(value) : writer.number(value)
}
