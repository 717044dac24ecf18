import type { KeySnapshot, RateSnapshot, WaitingLimit } from "@sluice/core"
import { ActionForm } from "../../components/action-form.tsx"
import { EmptyState } from "../../components/empty-state.tsx"
import { Count } from "../../components/numbers.tsx"
import { PageHeader, Panel, Tabs } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { PauseBadge } from "../../components/pause-form.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { capped } from "../parts/counts.ts"
import { queuePath } from "../queues/queue-path.ts"
import { MOST_COUNTED, runningText } from "./key-counts.ts"

const PAGE_SIZE = 50
const SHOWN = ["keys", "rates", "waiting"] as const
type Shown = (typeof SHOWN)[number]

export const limitsPage: Page = {
  path: "/limits",
  async render(view) {
    const { text, query } = view
    const shown = SHOWN.find((one) => one === query.get("show")) ?? "keys"
    return {
      title: text.limits.title,
      body: (
        <>
          <PageHeader title={text.limits.title} lead={text.limits.lead} />
          <Tabs label={text.limits.title} tabs={tabsOf(view, shown)} />
          {await content(view, shown)}
        </>
      ),
    }
  },
}

function tabsOf(view: View, shown: Shown) {
  const { keys, rates, waitingLimits } = view.text.limits
  const labels = { keys, rates, waiting: waitingLimits }
  return SHOWN.map((one) => ({
    href: view.href("/limits", { show: one }),
    label: labels[one],
    current: one === shown,
  }))
}

function content(view: View, shown: Shown) {
  if (shown === "rates") return ratesOf(view)
  return shown === "waiting" ? waitingLimitsOf(view) : keysOf(view)
}

async function keysOf(view: View) {
  const text = view.text.limits
  const asked = view.query.get("order")
  const after = view.query.get("after")
  const busiest = asked === "key" ? [] : await view.sluice.listKeys({ order: "waiting", limit: PAGE_SIZE })
  const isByKey = asked !== "waiting" && busiest.length === 0
  const found = isByKey
    ? await view.sluice.listKeys({ limit: PAGE_SIZE + 1, ...(after && { after }) })
    : busiest
  const keys = found.slice(0, PAGE_SIZE)
  return (
    <>
      <p class="muted">{text.keysLead}</p>
      <div class="row">
        <form class="inline" method="get" action={view.href("/limits/key")}>
          <label for="key">{text.find}</label>
          <input id="key" name="key" type="search" maxlength={512} required />
          <button type="submit" class="button">
            {text.search}
          </button>
        </form>
        <span class="row">
          <OrderLink view={view} label={text.byWaiting} order="waiting" current={!isByKey} />
          <OrderLink view={view} label={text.byKey} order="key" current={isByKey} />
        </span>
      </div>
      {keys.length === 0 ? (
        <EmptyState title={isByKey ? text.noKeysTitle : text.noneWaits}>
          {isByKey && <p>{text.noKeys}</p>}
        </EmptyState>
      ) : (
        <Table
          view={view}
          caption={text.keys}
          columns={keyColumns(view)}
          rows={keys}
          rowId={({ key }) => `key-${encodeURIComponent(key)}`}
          rowHref={({ key }) => view.href("/limits/key", { key })}
        />
      )}
      {!isByKey && <p class="muted">{text.byWaitingHint}</p>}
      <Pagination
        view={view}
        path="/limits"
        next={isByKey && found.length > PAGE_SIZE ? keys.at(-1)?.key : undefined}
      />
    </>
  )
}

function OrderLink(properties: { view: View; label: string; order: string; current: boolean }) {
  const { view, label, order, current } = properties
  return (
    <a href={view.href("/limits", { order })} {...(current && { "aria-current": "true" })}>
      {label}
    </a>
  )
}

function keyColumns(view: View): Column<KeySnapshot>[] {
  const text = view.text.limits
  return [
    {
      label: text.key,
      heading: true,
      cell: ({ key, paused, pausedUntil, override }) => (
        <span class="row">
          <a class="ltr" href={view.href("/limits/key", { key })}>
            {key}
          </a>
          {paused && <PauseBadge view={view} until={pausedUntil} />}
          {override !== null && <span class="muted">{text.setByHand}</span>}
        </span>
      ),
    },
    { label: text.running, numeric: true, cell: (key) => runningText(view, key) },
    { label: text.waiting, numeric: true, cell: ({ waiting }) => capped(view, waiting, MOST_COUNTED) },
    {
      label: text.unfinished,
      numeric: true,
      cell: ({ unfinished }) => capped(view, unfinished, MOST_COUNTED),
    },
    {
      label: text.waitingLimit,
      numeric: true,
      cell: ({ waitingLimit }) => (waitingLimit === null ? "–" : view.format.number(waitingLimit)),
    },
  ]
}

async function ratesOf(view: View) {
  const text = view.text.limits
  const after = view.query.get("after")
  const found = await view.sluice.listRates({ limit: PAGE_SIZE + 1, ...(after && { after }) })
  const rates = found.slice(0, PAGE_SIZE)
  if (rates.length === 0)
    return (
      <>
        <EmptyState title={text.noRates}>
          <p>{text.ratesLead}</p>
        </EmptyState>
        {view.may("operator") && <RateForm view={view} rates={rates} />}
      </>
    )
  return (
    <>
      <p class="muted">{text.ratesLead}</p>
      <Table
        view={view}
        caption={text.rates}
        columns={rateColumns(view)}
        rows={rates}
        rowId={({ key }) => `rate-${encodeURIComponent(key)}`}
      />
      <Pagination
        view={view}
        path="/limits"
        next={found.length > PAGE_SIZE ? rates.at(-1)?.key : undefined}
      />
      {view.may("operator") && <RateForm view={view} rates={rates} />}
    </>
  )
}

function RateForm({ view, rates }: { view: View; rates: readonly RateSnapshot[] }) {
  const text = view.text.limits
  return (
    <Panel id="rate" title={text.changeRate}>
      <div class="setting">
        <ActionForm view={view} path="/limits/rate" class="inline">
          <span class="labeled">
            <label for="rate-key">{text.key}</label>
            <input id="rate-key" name="target" class="code" maxlength={512} list="rate-keys" required />
          </span>
          <datalist id="rate-keys">
            {rates.map(({ key }) => (
              <option value={key} />
            ))}
          </datalist>
          <span class="labeled">
            <label for="starts">{text.starts}</label>
            <input
              id="starts"
              name="starts"
              type="number"
              min="1"
              max="1000000"
              aria-describedby="rate-hint"
            />
          </span>
          <span class="labeled">
            <label for="per">{text.per}</label>
            <input id="per" name="per" class="code" size={6} placeholder="1m" aria-describedby="rate-hint" />
          </span>
          <button type="submit" class="button">
            {view.text.queues.setLimit}
          </button>
        </ActionForm>
        <p class="muted" id="rate-hint">
          {text.rateHint}
        </p>
      </div>
    </Panel>
  )
}

function rateColumns(view: View): Column<RateSnapshot>[] {
  const text = view.text.limits
  return [
    { label: text.key, heading: true, cell: ({ key }) => <span class="ltr">{key}</span> },
    {
      label: text.oneRate,
      cell: (rate) => (
        <span class="row">
          <span>{rateText(view, rate)}</span>
          {rate.overridden && <span class="muted">{text.setByHand}</span>}
        </span>
      ),
    },
    { label: text.room, numeric: true, cell: ({ room }) => <Count view={view} value={room} /> },
    { label: text.waiting, numeric: true, cell: ({ waiting }) => capped(view, waiting, MOST_COUNTED) },
    { label: text.nextStart, cell: ({ nextAt }) => <Time view={view} at={nextAt} /> },
  ]
}

function rateText({ text, format }: View, { limit, perMs, burst }: RateSnapshot): string {
  const rate = fill(text.limits.rate, { limit: format.number(limit), per: format.duration(perMs) })
  return burst === limit ? rate : `${rate}, ${fill(text.limits.burst, { burst: format.number(burst) })}`
}

async function waitingLimitsOf(view: View) {
  const text = view.text.limits
  const after = view.query.get("after") ?? ""
  const left = (await view.sluice.listLimits()).filter((limit) => placeOf(limit) > after)
  const limits = left.slice(0, PAGE_SIZE)
  const last = limits.at(-1)
  if (!last)
    return (
      <EmptyState title={text.noWaitingLimits}>
        <p>{text.waitingLimitsLead}</p>
      </EmptyState>
    )
  return (
    <>
      <p class="muted">{text.waitingLimitsLead}</p>
      <Table
        view={view}
        caption={text.waitingLimits}
        columns={[
          {
            label: text.target,
            heading: true,
            cell: (limit) => (
              <a href={hrefOf(view, limit)}>
                {fill(limit.kind === "queue" ? text.ofQueue : text.ofKey, { name: limit.target })}
              </a>
            ),
          },
          { label: text.most, numeric: true, cell: ({ waiting }) => view.format.number(waiting) },
        ]}
        rows={limits}
        rowId={(limit) => encodeURIComponent(placeOf(limit))}
        rowHref={(limit) => hrefOf(view, limit)}
      />
      <Pagination view={view} path="/limits" next={left.length > PAGE_SIZE ? placeOf(last) : undefined} />
    </>
  )
}

/** In the order of the list: keys, then queues, each by their names. */
function placeOf({ kind, target }: WaitingLimit): string {
  return `${kind}/${target}`
}

function hrefOf(view: View, { kind, target }: WaitingLimit): string {
  return kind === "queue" ? view.href(queuePath(target)) : view.href("/limits/key", { key: target })
}
