import { plain, type Style, styled, width } from "./terminal.ts"

/** A cell: its text, and how it looks on a terminal. */
export type Cell = string | number | readonly [text: string, style: Style | undefined]

/** A column isn't made narrower than this. */
const LEAST_WIDTH = 8
const GAP = "  "

/** Lines of a table. What a terminal has no room for is cut, from the widest column first. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  room: number = width,
): string {
  const lines = [headings.map((heading): Cell => [heading.toUpperCase(), "dim"]), ...rows]
  const natural = headings.map((_, column) => Math.max(...lines.map((row) => lengthOf(row[column]))))
  const widths = fitting(natural, room)
  return lines
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] as number, column === row.length - 1))
        .join(GAP)
        .trimEnd(),
    )
    .join("\n")
}

/** Lines of names and values. */
export function list(pairs: readonly (readonly [name: string, value: Cell])[]): string {
  const longest = Math.max(...pairs.map(([name]) => name.length))
  return pairs
    .map(
      ([name, value]) =>
        `${styled(name.padEnd(longest), "dim")}${GAP}${padded(value, lengthOf(value), true)}`,
    )
    .join("\n")
}

function fitting(natural: readonly number[], room: number): number[] {
  const widths = [...natural]
  const gaps = GAP.length * (widths.length - 1)
  let over = widths.reduce((sum, one) => sum + one, 0) + gaps - room
  while (over-- > 0) {
    const widest = Math.max(...widths)
    if (widest <= LEAST_WIDTH) break
    widths[widths.lastIndexOf(widest)] = widest - 1
  }
  return widths
}

function padded(cell: Cell, columns: number, isLast: boolean): string {
  const text = cut(textOf(cell), columns)
  const space = " ".repeat(columns - [...text].length)
  if (typeof cell === "number") return space + text
  return styled(text, typeof cell === "string" ? undefined : cell[1]) + (isLast ? "" : space)
}

function cut(text: string, columns: number): string {
  const characters = [...text]
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join("")}…`
}

function lengthOf(cell: Cell | undefined): number {
  return cell === undefined ? 0 : [...textOf(cell)].length
}

function textOf(cell: Cell): string {
  if (typeof cell === "number") return cell.toLocaleString("en")
  return plain(typeof cell === "string" ? cell : cell[0])
}
