import type {
  AnyJobDefinition,
  Concurrency,
  DefinitionSnapshot,
  Rate,
  RetryPolicy,
  ScheduleSnapshot,
} from "@sluice/core"
import { describeRetries, durationMs } from "@sluice/core"
import { Json } from "../../components/json.tsx"
import { Duration } from "../../components/numbers.tsx"
import { Facts, Panel } from "../../components/page-header.tsx"
import { Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { jsonSchemaOf } from "../../json-schema.ts"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import { schedulePath } from "../schedules/schedule-path.ts"
import { Timing } from "../schedules/timing.tsx"

/** What the database knows of the definition, and what the dashboard's own bundle does, if it has it. */
export function Policies(properties: {
  view: View
  name: string
  definition: DefinitionSnapshot | undefined
  schedules: readonly ScheduleSnapshot[]
}) {
  const { view, name, definition, schedules } = properties
  const { names } = view.text
  const code = view.sluice.definitions?.get(name)
  const schema = code?.input && jsonSchemaOf(view, code.input)
  return (
    <>
      <div class="grid loose">
        <Panel title={names.policies} id="policies">
          {definition === undefined && code === undefined ? (
            <p class="muted">{names.policiesNone}</p>
          ) : (
            <Facts facts={factsOf(view, name, definition, code)} />
          )}
        </Panel>
        <Panel title={names.retries} id="retries">
          {code === undefined ? (
            <p class="muted">{names.retriesUnknown}</p>
          ) : (
            <Rules view={view} policy={describeRetries(code, view.sluice.defaults)} />
          )}
        </Panel>
      </div>
      {schedules.length > 0 && (
        <Panel title={names.schedules} id="schedules">
          <Facts
            facts={schedules.map((schedule) => [
              <a href={view.href(schedulePath(schedule.key))}>{schedule.key}</a>,
              <Timing view={view} schedule={schedule} />,
            ])}
          />
        </Panel>
      )}
      {schema !== undefined && <Json view={view} label={names.input} value={schema} open={false} />}
    </>
  )
}

type Rule = RetryPolicy["otherwise"] & {
  readonly name: string
  readonly kind: "retry" | "discard" | "rescue"
}

function Rules({ view, policy: { rules, otherwise } }: { view: View; policy: RetryPolicy }) {
  const { names } = view.text
  const all: Rule[] = [
    ...rules,
    { ...otherwise, kind: "retry", name: rules.length > 0 ? names.otherErrors : names.anyError },
  ]
  return (
    <Table
      view={view}
      caption={names.retries}
      rows={all}
      rowId={({ name }) => encodeURIComponent(`rule-${name}`)}
      columns={[
        { label: names.error, heading: true, cell: ({ name }) => <bdi>{name}</bdi> },
        { label: names.outcome, cell: (rule) => thenText(view, rule) },
        { label: names.waits, cell: (rule) => waitsText(view, rule) },
      ]}
    />
  )
}

function thenText({ text: { names }, format }: View, { kind, attempts }: Rule): string {
  if (kind === "discard") return names.thenDiscard
  if (kind === "rescue") return names.thenRescue
  if (attempts === null) return names.thenUnlimited
  return attempts === 1 ? names.thenDiscard : fill(names.thenRetry, { count: format.number(attempts) })
}

/** The first waits: how they grow is easier to see from them than from a formula. */
function waitsText({ text: { names }, format }: View, { kind, attempts, waitsMs }: Rule): string {
  if (kind !== "retry" || attempts === 1) return "–"
  if (waitsMs === null) return names.computed
  const waits = waitsMs.map((ms) => format.duration(ms)).join(", ")
  return attempts !== null && attempts - 1 <= waitsMs.length ? waits : `${waits}, …`
}

function factsOf(
  view: View,
  name: string,
  definition: DefinitionSnapshot | undefined,
  code: AnyJobDefinition | undefined,
) {
  const { names } = view.text
  const { format } = view
  const duration = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? undefined : <Duration view={view} ms={ms} />
  const number = (value: number | null | undefined) =>
    value === null || value === undefined ? undefined : format.number(value)
  const msOf = (time: AnyJobDefinition["timeout"] | undefined) =>
    time === undefined ? undefined : durationMs(time)
  const textOf = (value: unknown) =>
    typeof value === "function" ? names.computed : value === undefined ? undefined : String(value)
  return [
    [names.queue, definition?.queue ?? textOf(code?.queue)],
    [names.priority, number(definition?.priority) ?? textOf(code?.priority)],
    [names.timeout, duration(definition?.timeoutMs ?? msOf(code?.timeout))],
    [names.expiresIn, duration(definition?.expiresInMs ?? msOf(code?.expiresIn))],
    [names.concurrency, code ? limitsOf(view, name, code) : number(definition?.concurrencyLimit)],
    [names.rate, rateOf(view, name, definition, code)],
    [names.events, definition && definition.events.length > 0 ? definition.events.join(", ") : undefined],
    [names.seenAt, definition && <Time view={view} at={definition.seenAt} />],
    [
      names.registeredAt,
      definition?.registeredAt ? <Time view={view} at={definition.registeredAt} /> : undefined,
    ],
  ] as const
}

function limitsOf(view: View, name: string, { concurrency }: AnyJobDefinition) {
  const limits = [concurrency ?? []].flat() as readonly Concurrency<unknown>[]
  if (limits.length === 0) return undefined
  const { names } = view.text
  return (
    <ul class="plain">
      {limits.map((limit) => (
        <li>
          {fill(names.atOnce, { count: view.format.number(limit.limit ?? 1) })}{" "}
          <Key view={view} name={name} of={limit} />
          {limit.order === "enqueued" && `, ${names.inOrder}`}
        </li>
      ))}
    </ul>
  )
}

function rateOf(
  view: View,
  name: string,
  definition: DefinitionSnapshot | undefined,
  code: AnyJobDefinition | undefined,
) {
  const { format } = view
  const text = (limit: number, perMs: number) => `${format.number(limit)} / ${format.duration(perMs)}`
  const rate = code?.rate as Rate<unknown> | undefined
  if (rate)
    return (
      <>
        {text(rate.limit, durationMs(rate.per))} <Key view={view} name={name} of={rate} isRate />
      </>
    )
  return definition?.rate ? text(definition.rate.limit, definition.rate.perMs) : undefined
}

/** Whose jobs count: a link, if all jobs of the name have one key. */
function Key(properties: {
  view: View
  name: string
  of: { readonly key?: unknown; readonly by?: "name" | "queue" | undefined }
  isRate?: boolean
}) {
  const { view, name, of, isRate = false } = properties
  const { names } = view.text
  if (typeof of.key === "function") return <span class="muted">({names.perKey})</span>
  if (of.by === "queue") return <span class="muted">({names.perQueue})</span>
  const key = typeof of.key === "string" ? of.key : `name:${name}`
  const href = isRate ? view.href("/limits", { show: "rates" }) : view.href("/limits/key", { key })
  return (
    <a class="ltr" href={href}>
      {key}
    </a>
  )
}
