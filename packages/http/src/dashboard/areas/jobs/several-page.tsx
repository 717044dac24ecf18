import { type EnqueueOptions, InvalidInputError } from "@sluice/core"
import { ActionForm } from "../../components/action-form.tsx"
import { Notice } from "../../components/notice.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { Table } from "../../components/table.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page, Rendered, View } from "../../page.ts"
import { type Errors, errorsOf, FormProblem, noErrors, TextField } from "../parts/form-parts.tsx"
import { FieldError } from "../parts/form-values.ts"
import { onceKeyOf } from "../parts/once.ts"
import { inputFieldsOf } from "./input-fields.ts"
import { definitionOf } from "./job-form.tsx"
import { fieldOfOption, OPTIONS, OptionFields, type OptionName, optionsIn } from "./option-fields.tsx"
import { assertOptions, type Row, rowsIn } from "./several.ts"

const PATH = "/jobs/new/several"
const MOST_SHOWN = 20
/** Those that several jobs can share. */
const SHARED = OPTIONS.filter((option) => option !== "uniqueKey")
const COLUMNS = OPTIONS.map((option) => `options.${option}`).join(", ")
const NOT_GIVEN: Given = { rows: "", options: new Map() }

/** What the form has. */
interface Given {
  readonly rows: string
  readonly options: ReadonlyMap<string, string>
}

/** Jobs of one name from a pasted list: first it is checked, then they are stored as a batch, whose page shows their progress. */
export const severalPage: Page = {
  path: PATH,
  role: "operator",
  async render(view) {
    const name = view.query.get("name")?.trim()
    return name ? form(view, name, NOT_GIVEN) : { title: view.text.jobs.newTitle, body: null, status: 404 }
  },
}

export const severalAction: Action = {
  path: PATH,
  async act(view, sent) {
    const name = sent.get("name")?.trim() ?? ""
    const given: Given = {
      rows: sent.get("rows") ?? "",
      options: new Map(SHARED.map((option): [OptionName, string] => [option, sent.get(option) ?? ""])),
    }
    const to = view.href(PATH, { name })
    try {
      const shared = sharedOptions(view, given)
      const rows = await rowsIn(view, name, sent)
      const isGood = rows.every(({ problem }) => problem === undefined)
      if (!isGood || sent.get("step") !== "enqueue") return { to, page: form(view, name, given, { rows }) }
      return await enqueueAll(view, name, shared, rows, onceKeyOf(sent))
    } catch (error) {
      return { to, page: form(view, name, given, { errors: problemsOf(error) }) }
    }
  },
}

function sharedOptions(view: View, { options }: Given): EnqueueOptions {
  const shared = optionsIn(view, new URLSearchParams([...options]))
  assertOptions(shared)
  return shared
}

async function enqueueAll(
  view: View,
  name: string,
  shared: EnqueueOptions,
  rows: readonly Row[],
  key: string | undefined,
) {
  const jobs = rows.map(({ payload, options }) => ({ name, payload, options: withShared(shared, options) }))
  const options = key === undefined ? {} : { request: { key, fingerprint: key } }
  const { id, total } = await view.sluice.enqueueBatch(jobs, options)
  const { did, leftOut } = view.text.jobs.several
  const others = rows.length - total
  const notice = [
    view.format.counted(did, total),
    ...(others > 0 ? [view.format.counted(leftOut, others)] : []),
  ]
  return { to: view.href(`/batches/${id}`), notice: notice.join(" ") }
}

/** Those of the row count. Either of them says when it is due. */
function withShared(shared: EnqueueOptions, own: EnqueueOptions = {}): EnqueueOptions {
  const { runAt: _, delay: __, ...others } = shared
  const isDueItself = own.runAt !== undefined || own.delay !== undefined
  return { ...(isDueItself ? others : shared), ...own }
}

function problemsOf(error: unknown): Errors {
  if (error instanceof FieldError) return errorsOf(error)
  if (!(error instanceof InvalidInputError)) throw error
  const [first, second] = error.path.map(String)
  return new Map([[first === "options" ? fieldOfOption(second ?? "") : "", error.message]])
}

function form(
  view: View,
  name: string,
  given: Given,
  { rows, errors = noErrors }: { rows?: readonly Row[]; errors?: Errors } = {},
): Rendered {
  const { several, newTitle } = view.text.jobs
  const wrong = rows?.filter(({ problem }) => problem !== undefined) ?? []
  const isGood = rows !== undefined && wrong.length === 0
  const fields = inputFieldsOf(view, definitionOf(view, name))?.map(({ key }) => key) ?? []
  const body = (
    <>
      <PageHeader
        title={fill(several.title, { name })}
        lead={several.lead}
        back={{ href: view.href("/jobs/new", { name }), label: newTitle }}
      />
      <FormProblem errors={errors} shown={["rows", ...SHARED]} />
      {rows && <Result view={view} rows={rows} wrong={wrong.length} />}
      <ActionForm view={view} path={PATH} class="form">
        <input type="hidden" name="name" value={name} />
        <input type="hidden" name="once" value={crypto.randomUUID()} />
        <TextField
          name="rows"
          label={several.rows}
          hint={fields.length > 0 ? fill(several.hintFields, { fields: fields.join(", ") }) : several.hint}
          value={given.rows}
          errors={errors}
          isJson
          rows={12}
        />
        <OptionFields
          view={view}
          shown={SHARED}
          values={given.options}
          errors={errors}
          hint={several.optionsHint}
        />
        <p class="muted">
          {several.optionColumns} <code>{COLUMNS}</code>
        </p>
        <div class="row">
          {isGood && (
            <button type="submit" name="step" value="enqueue" class="button primary">
              {view.format.counted(several.enqueue, rows.length)}
            </button>
          )}
          <button type="submit" name="step" value="check" class={isGood ? "button" : "button primary"}>
            {several.check}
          </button>
        </div>
      </ActionForm>
    </>
  )
  return { title: newTitle, body, isLive: false, status: errors.size > 0 || wrong.length > 0 ? 422 : 200 }
}

/** What the check has found: the rows that are wrong, or else the first ones as they will be stored. */
function Result({ view, rows, wrong }: { view: View; rows: readonly Row[]; wrong: number }) {
  const { several } = view.text.jobs
  const numbered = rows.map((row, place) => ({ ...row, number: place + 1 }))
  const shown = numbered
    .filter(({ problem }) => wrong === 0 || problem !== undefined)
    .slice(0, wrong === 0 ? 3 : MOST_SHOWN)
  return (
    <>
      <Notice kind={wrong === 0 ? "success" : "failure"}>
        {view.format.counted(wrong === 0 ? several.good : several.wrong, wrong === 0 ? rows.length : wrong)}
      </Notice>
      <Table
        view={view}
        caption={several.rows}
        columns={[
          { label: several.row, heading: true, cell: ({ number }) => view.format.number(number) },
          { label: view.text.jobs.input, cell: ({ payload }) => <code>{short(payload)}</code> },
          ...(numbered.some(({ options = {} }) => Object.keys(options).length > 0)
            ? [{ label: view.text.jobs.options, cell: ({ options }: Row) => <code>{short(options)}</code> }]
            : []),
          ...(wrong === 0
            ? []
            : [{ label: several.problem, cell: ({ problem }: Row) => <bdi>{problem}</bdi> }]),
        ]}
        rows={shown}
        rowId={({ number }) => `several-${number}`}
      />
    </>
  )
}

const LONGEST = 200

function short(payload: unknown): string {
  const text = JSON.stringify(payload) ?? ""
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
