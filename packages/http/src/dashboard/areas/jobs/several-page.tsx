import { InvalidInputError } from "@sluice/core"
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
import { type Row, rowsIn } from "./several.ts"

const PATH = "/jobs/new/several"
const MOST_SHOWN = 20

/** Jobs of one name from a pasted list: first it is checked, then they are stored as a batch, whose page shows their progress. */
export const severalPage: Page = {
  path: PATH,
  role: "operator",
  async render(view) {
    const name = view.query.get("name")?.trim()
    return name ? form(view, name, "") : { title: view.text.jobs.newTitle, body: null, status: 404 }
  },
}

export const severalAction: Action = {
  path: PATH,
  async act(view, given) {
    const name = given.get("name")?.trim() ?? ""
    const text = given.get("rows") ?? ""
    const to = view.href(PATH, { name })
    try {
      const rows = await rowsIn(view, name, given)
      const isGood = rows.every(({ problem }) => problem === undefined)
      if (!isGood || given.get("step") !== "enqueue") return { to, page: form(view, name, text, { rows }) }
      return await enqueueAll(view, name, rows, onceKeyOf(given))
    } catch (error) {
      return { to, page: form(view, name, text, { errors: problemsOf(error) }) }
    }
  },
}

async function enqueueAll(view: View, name: string, rows: readonly Row[], key: string | undefined) {
  const jobs = rows.map(({ payload }) => ({ name, payload }))
  const options = key === undefined ? {} : { request: { key, fingerprint: key } }
  const { id, total } = await view.sluice.enqueueBatch(jobs, options)
  return { to: view.href(`/batches/${id}`), notice: view.format.counted(view.text.jobs.several.did, total) }
}

function problemsOf(error: unknown): Errors {
  if (error instanceof FieldError) return errorsOf(error)
  if (!(error instanceof InvalidInputError)) throw error
  return new Map([["", error.message]])
}

function form(
  view: View,
  name: string,
  text: string,
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
      <FormProblem errors={errors} shown={["rows"]} />
      {rows && <Result view={view} rows={rows} wrong={wrong.length} />}
      <ActionForm view={view} path={PATH} class="form">
        <input type="hidden" name="name" value={name} />
        <input type="hidden" name="once" value={crypto.randomUUID()} />
        <TextField
          name="rows"
          label={several.rows}
          hint={fields.length > 0 ? fill(several.hintFields, { fields: fields.join(", ") }) : several.hint}
          value={text}
          errors={errors}
          isJson
          rows={12}
        />
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
