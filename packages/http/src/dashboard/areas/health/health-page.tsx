import type { Finding, Health } from "@sluice/core"
import { type FindingTexts, type FindingWriter, sayFinding } from "@sluice/core/findings"
import { Icon, type IconName } from "../../components/icon.tsx"
import { Notice } from "../../components/notice.tsx"
import { PageHeader, Panel } from "../../components/page-header.tsx"
import { type Column, Table } from "../../components/table.tsx"
import type { Page, View } from "../../page.ts"
import { Verdict } from "./verdict.tsx"

export const healthPage: Page = {
  path: "/health",
  async render(view) {
    const { text } = view
    const [health, examined] = await Promise.all([
      view.sluice.getHealth().catch(() => undefined),
      view.sluice.examine().catch((error: Error) => error),
    ])
    const body = (
      <>
        <PageHeader title={text.health.title} lead={text.health.lead} />
        {health && <QueueHealth view={view} health={health} />}
        {examined instanceof Error ? (
          <Notice kind="failure">
            <span lang="en" dir="ltr">
              {examined.message}
            </span>
          </Notice>
        ) : (
          <Findings view={view} findings={examined} />
        )}
      </>
    )
    return { title: text.health.title, body }
  },
}

function QueueHealth({ view, health }: { view: View; health: Health }) {
  return (
    <Panel title={view.text.health.verdict} id="verdict">
      <Verdict view={view} health={health} />
    </Panel>
  )
}

const ORDER = { wrong: 0, note: 1, ok: 2 }

function Findings({ view, findings }: { view: View; findings: readonly Finding[] }) {
  const { health } = view.text
  const wrong = findings.filter(({ level }) => level === "wrong").length
  const notes = findings.filter(({ level }) => level === "note").length
  const summary = [
    wrong > 0 ? view.format.counted(health.wrong, wrong) : health.well,
    notes > 0 && view.format.counted(health.notes, notes),
  ]
  return (
    <>
      <Notice kind={wrong > 0 ? "failure" : notes > 0 ? "warning" : "success"}>
        {summary.filter(Boolean).join(". ")}.
      </Notice>
      <Table
        view={view}
        caption={health.list}
        columns={columnsOf(view)}
        rows={findings.toSorted((a, b) => ORDER[a.level] - ORDER[b.level])}
        rowId={({ check, code }) => `${check}-${code}`}
      />
    </>
  )
}

const ICONS: Readonly<Record<Finding["level"], IconName>> = {
  ok: "check",
  note: "information",
  wrong: "close",
}

function columnsOf(view: View): Column<Finding>[] {
  const { health } = view.text
  const titles: Readonly<Record<string, string>> = health.checks
  return [
    { label: health.check, heading: true, cell: ({ check }) => titles[check] ?? check },
    {
      label: health.level,
      cell: ({ level }) => (
        <span class={`level level-${level}`}>
          <Icon name={ICONS[level]} size={12} />
          {health.levels[level]}
        </span>
      ),
    },
    {
      label: health.finding,
      wide: true,
      cell: (finding) => <Said view={view} finding={finding} />,
    },
  ]
}

/** In the reader's language; in English if this dashboard doesn't know what was found. */
function Said({ view, finding }: { view: View; finding: Finding }) {
  const known: Readonly<Record<string, FindingTexts>> = view.text.findings
  const texts = Object.hasOwn(known, finding.code) ? known[finding.code] : undefined
  if (texts === undefined)
    return (
      <div class="finding" lang="en" dir="ltr">
        <Sentences text={finding.text} remedy={finding.remedy} />
      </div>
    )
  const say = (template: string) => sayFinding(template, texts, finding.values, writerOf(view))
  return (
    <div class="finding">
      <Sentences text={say(texts.text)} remedy={texts.remedy === undefined ? undefined : say(texts.remedy)} />
    </div>
  )
}

function Sentences({ text, remedy }: { text: string; remedy: string | undefined }) {
  return (
    <>
      <p>{sentence(text)}</p>
      {remedy !== undefined && <p class="remedy">{sentence(remedy)}</p>}
    </>
  )
}

function writerOf({ format, direction }: View): FindingWriter {
  return {
    duration: format.duration,
    bytes: format.bytes,
    instant: format.exact,
    number: format.number,
    // names and addresses keep their own direction within the sentence
    text: (value) => (direction === "rtl" ? `\u2068${value}\u2069` : value),
    list: format.list,
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
