import { ActionForm } from "../../components/action-form.tsx"
import { Meter } from "../../components/numbers.tsx"
import { ButtonLink, PageHeader, Panel, Stat } from "../../components/page-header.tsx"
import { Table } from "../../components/table.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { carried } from "./ask-page.tsx"
import { conditionsOf, queryOf } from "./conditions.ts"
import { isVerb, type VerbName } from "./verbs.ts"

/** What was done to many jobs, and the form that continues with the rest. It changes nothing by itself. */
export const actedPage: Page = {
  path: "/jobs/acted",
  role: "operator",
  async render(view) {
    const verb = view.query.get("verb")
    if (!isVerb(verb)) return { title: view.text.jobs.title, body: null, status: 404 }
    const { progress } = view.text.jobs
    const isDone = !view.query.has("after")
    const title = isDone ? progress.done[verb] : progress.title[verb]
    return { title, body: <Done view={view} verb={verb} title={title} isDone={isDone} />, isLive: false }
  },
}

function Done(properties: { view: View; verb: VerbName; title: string; isDone: boolean }) {
  const { view, verb, title, isDone } = properties
  const { jobs: text } = view.text
  const [matched, changed] = [numberIn(view, "matched"), numberIn(view, "changed")]
  const total = Math.max(matched, numberIn(view, "total"))
  const list = view.href("/jobs") + queryOf(conditionsOf(view.query))
  const { progress } = text
  return (
    <>
      <PageHeader
        title={title}
        back={{ href: list, label: text.back }}
        {...(!isDone && { lead: progress.lead })}
      />
      {total > 0 && !isDone && (
        <Meter
          value={matched}
          max={total}
          label={fill(progress.bar, { done: view.format.number(matched), total: view.format.number(total) })}
        />
      )}
      <div class="stats" role="status">
        <Stat label={progress.looked} value={view.format.number(matched)} />
        <Stat label={progress.changed} value={view.format.number(changed)} />
        <Stat label={progress.left} value={view.format.number(Math.max(0, matched - changed))} />
      </div>
      {!isDone && <Continue view={view} verb={verb} list={list} />}
      <Refused view={view} />
    </>
  )
}

function numberIn({ query }: View, name: string): number {
  const number = Number(query.get(name))
  return Number.isSafeInteger(number) && number > 0 ? number : 0
}

/** The page's script sends the form; without it, its button does. */
function Continue({ view, verb, list }: { view: View; verb: VerbName; list: string }) {
  const { progress } = view.text.jobs
  const names = ["matched", "changed", "after", "refused"]
  const sums = names.flatMap((name) => view.query.getAll(name).map((value) => [name, value]))
  return (
    <ActionForm view={view} path="/jobs/act" class="inline" id="continue">
      <input type="hidden" name="verb" value={verb} />
      {[...carried(view.query), ...sums].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class="button primary" data-continue>
        {progress.continue}
      </button>
      <ButtonLink href={list}>{progress.stop}</ButtonLink>
    </ActionForm>
  )
}

function Refused({ view }: { view: View }) {
  const { jobs: text } = view.text
  const refused = view.query.getAll("refused").map((one) => {
    const [id = "", code = ""] = one.split(":")
    return { id, code }
  })
  const rows = refused.filter(({ id }) => /^\d{1,15}$/.test(id))
  if (rows.length === 0) return null
  const all = numberIn(view, "matched") - numberIn(view, "changed")
  return (
    <Panel title={text.progress.refusedTitle} id="refused">
      <Table
        view={view}
        caption={text.progress.refusedTitle}
        rows={rows}
        rowId={({ id }) => id}
        columns={[
          {
            label: text.columns.job,
            heading: true,
            cell: ({ id }) => (
              <a class="number" href={view.href(`/jobs/${id}`)}>
                {id}
              </a>
            ),
          },
          {
            label: text.progress.why,
            cell: ({ code }) => (Object.hasOwn(text.refused, code) ? text.refused[code] : code),
          },
        ]}
      />
      {all > rows.length && <p class="muted">{text.progress.refusedMore}</p>}
    </Panel>
  )
}
