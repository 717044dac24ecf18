const SEPARATORS = ["\t", ";", ","]

/** A cell begins with a quote that nothing ends, so that nobody knows where the cell does. */
export class UnclosedQuoteError extends Error {
  override readonly name = "UnclosedQuoteError"
  /** In which line of the text the cell begins, from 1 on. */
  readonly line: number

  constructor(line: number) {
    super(`Line ${line} has a quote that nothing ends`)
    this.line = line
  }
}

/**
 * The rows of a table as people paste it: from a spreadsheet by tabs, from a file by commas or semicolons, with quotes around what
 * contains them. The first line says which; if it has none of them, each line is one cell. Empty lines are left out. Throws
 * `UnclosedQuoteError`.
 */
export function tableIn(text: string): string[][] {
  const lines = text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n")
  const begin = /^(?:[ \t]*\n)*/.exec(lines)?.[0].length ?? 0
  const [firstLine = ""] = lines.slice(begin).split("\n", 1)
  const separator = SEPARATORS.find((one) => firstLine.includes(one)) ?? ""
  const cells = new RegExp(`("(?:[^"]|"")*"|[^${separator}\\n]*)(${separator || "\\n"}|\\n|$)`, "gy")
  cells.lastIndex = begin
  const rows: string[][] = []
  let row: string[] = []
  for (const { 0: whole, 1: cell = "", 2: end, index } of lines.matchAll(cells)) {
    if (whole === "" && row.length === 0) break
    if (isUnclosed(cell)) throw new UnclosedQuoteError(lines.slice(0, index).split("\n").length)
    row.push(unquoted(cell))
    if (separator !== "" && end === separator) continue
    if (row.some((one) => one !== "")) rows.push(row)
    row = []
  }
  return rows
}

/** Quotes inside of a cell are those of its text: `5" pipe`. */
function isUnclosed(cell: string): boolean {
  return cell.trimStart().startsWith('"') && cell.replaceAll(/[^"]/g, "").length % 2 === 1
}

function unquoted(cell: string): string {
  const trimmed = cell.trim()
  return /^".*"$/s.test(trimmed) ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed
}
