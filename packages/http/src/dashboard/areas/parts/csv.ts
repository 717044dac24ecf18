const SEPARATORS = ["\t", ";", ","]

/**
 * The rows of a table as people paste it: from a spreadsheet by tabs, from a file by commas or semicolons, with quotes around what
 * contains them. The first line says which; if it has none of them, each line is one cell. Empty lines are left out.
 */
export function tableIn(text: string): string[][] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .replaceAll(/\r\n?/g, "\n")
    .replace(/^(?:[ \t]*\n)+/, "")
  const [firstLine = ""] = lines.split("\n", 1)
  const separator = SEPARATORS.find((one) => firstLine.includes(one)) ?? ""
  const cells = new RegExp(`("(?:[^"]|"")*"|[^${separator}\\n]*)(${separator || "\\n"}|\\n|$)`, "gy")
  const rows: string[][] = []
  let row: string[] = []
  for (const [whole, cell = "", end] of lines.matchAll(cells)) {
    if (whole === "" && row.length === 0) break
    row.push(unquoted(cell))
    if (separator !== "" && end === separator) continue
    if (row.some((one) => one !== "")) rows.push(row)
    row = []
  }
  return rows
}

function unquoted(cell: string): string {
  const trimmed = cell.trim()
  return /^".*"$/s.test(trimmed) ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed
}
