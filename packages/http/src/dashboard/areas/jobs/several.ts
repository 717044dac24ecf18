import { type AnyJobDefinition, type EnqueueOptions, InvalidInputError } from "@sluice/core"
import { assertJson, assertMetadata, enqueueOptions } from "@sluice/core/fields"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import { tableIn, UnclosedQuoteError } from "../parts/csv.ts"
import { FieldError, jsonOf } from "../parts/form-values.ts"
import { type InputField, inputFieldsOf } from "./input-fields.ts"
import { definitionOf, payloadOf } from "./job-form.tsx"
import { OPTIONS, optionsIn } from "./option-fields.tsx"

/** More belong into a script: the form would be larger than what is read of one. */
const MOST_ROWS = 5_000

/** An input that somebody has pasted, with what is wrong with it. */
export interface Row {
  readonly payload: unknown
  /** Those that its columns set. */
  readonly options?: EnqueueOptions
  readonly problem?: string
}

/** A column of this name sets an option of its row's job: `options.queue`. */
const OPTION = /^options\.(.+)$/

/**
 * The inputs in a JSON list, or in a table whose first line names their fields, each checked by the definition's schema. Columns named
 * `options.queue`, `options.priority`, … set options.
 */
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
  const [header = [], ...lines] = cellsIn(view, text)
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
    return rowOf(view, fields, pairs)
  })
}

function cellsIn({ text: { jobs } }: View, text: string): string[][] {
  try {
    return tableIn(text)
  } catch (error) {
    if (!(error instanceof UnclosedQuoteError)) throw error
    throw new FieldError("rows", fill(jobs.several.unclosed, { line: error.line }))
  }
}

function rowOf(
  view: View,
  fields: readonly InputField[] | undefined,
  pairs: readonly (readonly [column: string, cell: string])[],
): Row {
  const input = pairs.filter(([column]) => !OPTION.test(column))
  const given = pairs.flatMap(([column, cell]): [string, string][] => {
    const option = OPTION.exec(column)?.[1]
    return option === undefined ? [] : [[option, cell]]
  })
  const form = new URLSearchParams(input.map(([column, cell]): [string, string] => [`input.${column}`, cell]))
  try {
    const options = optionsIn(view, new URLSearchParams(given))
    return { payload: fields ? payloadOf(view, fields, form) : Object.fromEntries(input), options }
  } catch (error) {
    if (!(error instanceof FieldError)) throw error
    const { field, message } = error
    const column = field.startsWith("input.") ? field.slice("input.".length) : `options.${field}`
    return { payload: Object.fromEntries(pairs), problem: `${column}: ${message}` }
  }
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
  const isKnown = (column: string) => {
    const option = OPTION.exec(column)?.[1]
    if (option !== undefined) return OPTIONS.some((one) => one === option)
    return column !== "" && known?.has(column) !== false
  }
  const unknown = columns.find((column) => !isKnown(column))
  if (unknown !== undefined)
    throw new FieldError("rows", fill(jobs.several.noField, { field: unknown || '""' }))
  const seen = new Set<string>()
  const repeated = columns.find((column) => seen.size === seen.add(column).size)
  if (repeated !== undefined) throw new FieldError("rows", fill(jobs.several.twice, { field: repeated }))
}

async function checked(definition: AnyJobDefinition | undefined, row: Row): Promise<Row> {
  const refused = row.problem ?? refusalOf(row)
  if (refused !== undefined) return { ...row, problem: refused }
  if (!definition?.input) return row
  const { issues } = await definition.input["~standard"].validate(row.payload)
  if (!issues) return row
  const problem = issues.map(({ path = [], message }) => [...path.map(keyOf), message].join(": ")).join("; ")
  return { ...row, problem }
}

/** What core would say of the options, and of a payload that can't be stored, before anything is. */
function refusalOf({ payload, options = {} }: Row): string | undefined {
  try {
    assertOptions(options)
    assertJson(payload, ["payload"])
    return undefined
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message
    throw error
  }
}

/** Throws what an enqueue with these options would. */
export function assertOptions(options: EnqueueOptions): void {
  enqueueOptions.assert(options, ["options"])
  if (options.metadata !== undefined) assertMetadata(options.metadata, ["options", "metadata"])
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof segment === "object" ? segment.key : segment)
}
