import type { AnyJobDefinition } from "@sluice/core"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import { tableIn } from "../parts/csv.ts"
import { FieldError, jsonOf } from "../parts/form-values.ts"
import { type InputField, inputFieldsOf } from "./input-fields.ts"
import { definitionOf, payloadOf } from "./job-form.tsx"

/** More belong into a script: the form would be larger than what is read of one. */
const MOST_ROWS = 5_000

/** An input that somebody has pasted, with what is wrong with it. */
export interface Row {
  readonly payload: unknown
  readonly problem?: string
}

/** The inputs in a JSON list, or in a table whose first line names their fields, each checked by the definition's schema. */
export async function rowsIn(view: View, name: string, form: URLSearchParams): Promise<readonly Row[]> {
  const text = form.get("rows") ?? ""
  const definition = definitionOf(view, name)
  const rows = text.trimStart().startsWith("[") ? listIn(view, form) : tableRows(view, definition, text)
  if (rows.length === 0) throw new FieldError("rows", view.text.jobs.several.none)
  return Promise.all(rows.map((row) => checked(definition, row)))
}

function listIn(view: View, form: URLSearchParams): readonly Row[] {
  const list = jsonOf(view, form, "rows")
  if (!Array.isArray(list)) throw new FieldError("rows", view.text.jobs.notJson)
  assertFew(view, list)
  return list.map((payload) => ({ payload }))
}

/** Before each of them costs time. */
function assertFew({ text, format }: View, rows: readonly unknown[]): void {
  if (rows.length > MOST_ROWS)
    throw new FieldError("rows", format.counted(text.jobs.several.tooMany, MOST_ROWS))
}

function tableRows(view: View, definition: AnyJobDefinition | undefined, text: string): readonly Row[] {
  const [header = [], ...lines] = tableIn(text)
  const columns = withoutEmptyEnd(header)
  const fields = inputFieldsOf(view, definition)
  checkColumns(view, columns, fields)
  assertFew(view, lines)
  return lines.map((cells) => {
    const { length } = columns
    if (cells.length < length || withoutEmptyEnd(cells).length > length)
      return {
        payload: cells,
        problem: fill(view.text.jobs.several.otherCells, { cells: cells.length, columns: length }),
      }
    const pairs = columns.map((column, place): [string, string] => [column, cells[place] ?? ""])
    if (!fields) return { payload: Object.fromEntries(pairs) }
    const form = new URLSearchParams(
      pairs.map(([column, cell]): [string, string] => [`input.${column}`, cell]),
    )
    try {
      return { payload: payloadOf(view, fields, form) }
    } catch (error) {
      if (!(error instanceof FieldError)) throw error
      return {
        payload: Object.fromEntries(pairs),
        problem: `${error.field.replace("input.", "")}: ${error.message}`,
      }
    }
  })
}

/** Spreadsheets and exports end lines with empty cells, which are of no column. */
function withoutEmptyEnd(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== "") + 1)
}

function checkColumns(
  { text: { jobs } }: View,
  columns: readonly string[],
  fields: readonly InputField[] | undefined,
): void {
  const known = fields && new Set(fields.map(({ key }) => key))
  const unknown = columns.find((column) => column === "" || known?.has(column) === false)
  if (unknown !== undefined)
    throw new FieldError("rows", fill(jobs.several.noField, { field: unknown || '""' }))
  const seen = new Set<string>()
  const repeated = columns.find((column) => seen.size === seen.add(column).size)
  if (repeated !== undefined) throw new FieldError("rows", fill(jobs.several.twice, { field: repeated }))
}

async function checked(definition: AnyJobDefinition | undefined, row: Row): Promise<Row> {
  if (row.problem !== undefined || !definition?.input) return row
  const { issues } = await definition.input["~standard"].validate(row.payload)
  if (!issues) return row
  const problem = issues.map(({ path = [], message }) => [...path.map(keyOf), message].join(": ")).join("; ")
  return { ...row, problem }
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof segment === "object" ? segment.key : segment)
}
