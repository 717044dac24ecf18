import { isUtf8 } from "node:buffer"
import { Discard } from "@sluice/core"

const QUOTE = '"'
/** A field, quoted or not, and what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

/**
 * The complete records (RFC 4180) at the start of some bytes, and how many bytes they take. Where the bytes aren't CSV, it discards the
 * job: the next attempt would read the same.
 */
export function takeRecords(bytes: Buffer, isLast: boolean): { records: string[][]; length: number } {
  const end = isLast ? bytes.length : lastEnd(bytes)
  if (end === 0) throw new Discard(`A record is longer than ${bytes.length} bytes, or its quotes don't end`)
  return { records: parse(decode(bytes.subarray(0, end))), length: end }
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

function decode(bytes: Buffer): string {
  if (bytes.includes(0)) throw new Discard("The file has a NUL byte, which Postgres doesn't store as text")
  if (!isUtf8(bytes)) throw new Discard("The file isn't UTF-8")
  return bytes.toString()
}

function parse(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  let end: string | undefined
  FIELD.lastIndex = 0
  while (end !== "") {
    const start = FIELD.lastIndex
    const field = FIELD.exec(text)
    if (!field) throw new Discard(`This is no field of CSV: ${JSON.stringify(text.slice(start, start + 40))}`)
    const [, quoted, plain = ""] = field
    end = field[3]
    record.push(quoted?.replaceAll(QUOTE + QUOTE, QUOTE) ?? plain)
    if (end === ",") continue
    if (record.length > 1 || record[0] !== "") records.push(record)
    record = []
  }
  return records
}
