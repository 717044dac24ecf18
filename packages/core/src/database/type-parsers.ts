/**
 * A statement on a drainer's connection whose values are parsed as the engine expects, even if the app has changed the
 * driver's parsers with `setTypeParser`.
 *
 * @param name The driver prepares the statement under this name when it first sends it. Default: it is parsed each time.
 */
export function withOwnParsers(text: string, name?: string): string {
  return { text, name, types: { getTypeParser } } as unknown as string // drivers accept this object too
}

type Parse = (text: string) => unknown

/** By type OID, pg's defaults. Any other type stays text. */
const PARSERS: Readonly<Record<number, Parse>> = {
  16: (text) => text === "t", // boolean
  21: Number, // smallint
  23: Number, // integer
  26: Number, // oid
  114: JSON.parse, // json
  700: Number, // real
  701: Number, // double precision
  1009: parseArray, // text[]
  1016: parseArray, // bigint[]
  1184: (text) => new Date(text), // timestamptz; the session sets DateStyle to ISO
  3802: JSON.parse, // jsonb
}

function getTypeParser(oid: number): Parse {
  return PARSERS[oid] ?? String
}

/** Parses a one-dimensional array. */
function parseArray(text: string): (string | null)[] {
  return Array.from(text.matchAll(ELEMENT), ([bare, quoted]) => {
    if (quoted !== undefined) return quoted.replaceAll(/\\(.)/gs, "$1")
    return bare === "NULL" ? null : bare
  })
}

const ELEMENT = /"((?:[^"\\]|\\.)*)"|[^,{}"]+/gs
