const QUOTE = '"'

/** The complete records (RFC 4180) at the start of some bytes, and how many bytes they take. */
export function takeRecords(bytes: Buffer, isLast: boolean): { records: string[][]; length: number } {
  const end = isLast ? bytes.length : lastEnd(bytes)
  if (end === 0) throw new Error(`A record is longer than ${bytes.length} bytes`)
  return { records: parse(bytes.toString("utf8", 0, end)), length: end }
}

/** Where the last line ends that is not within quotes. */
function lastEnd(bytes: Buffer): number {
  let isQuoted = false
  let end = 0
  for (const [index, byte] of bytes.entries()) {
    if (byte === 0x22) isQuoted = !isQuoted
    if (byte === 0x0a && !isQuoted) end = index + 1
  }
  return end
}

function parse(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  // a field, quoted or not, and what ends it
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    record.push(quoted?.replaceAll(QUOTE + QUOTE, QUOTE) ?? plain)
    if (end === ",") continue
    if (record.length > 1 || record[0] !== "") records.push(record)
    record = []
  }
  return records
}
