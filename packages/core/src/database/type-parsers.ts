/**
 * A statement of the engine's own on a drainer's connection: its values are read as the engine expects, whatever the app
 * has told the driver with `setTypeParser`.
 */
export function withOwnParsers(text: string): string {
  return { text, types: { getTypeParser } } as unknown as string // drivers take either
}

type Parse = (text: string) => unknown

/** By type OID, as pg reads them by default. What is not here stays text. */
const PARSERS: Readonly<Record<number, Parse>> = {
  16: (text) => text === "t", // boolean
  21: Number, // smallint
  23: Number, // integer
  26: Number, // oid
  114: JSON.parse, // json
  700: Number, // real
  701: Number, // double precision
  1009: arrayOf, // text[]
  1016: arrayOf, // bigint[]
  1184: (text) => new Date(text), // timestamptz, in ISO by the session's contract
  3802: JSON.parse, // jsonb
}

function getTypeParser(oid: number): Parse {
  return PARSERS[oid] ?? String
}

/** Of an array in one dimension. */
function arrayOf(text: string): (string | null)[] {
  return Array.from(text.matchAll(ELEMENT), ([bare, quoted]) => {
    if (quoted !== undefined) return quoted.replaceAll(/\\(.)/gs, "$1")
    return bare === "NULL" ? null : bare
  })
}

const ELEMENT = /"((?:[^"\\]|\\.)*)"|[^,{}"]+/gs
