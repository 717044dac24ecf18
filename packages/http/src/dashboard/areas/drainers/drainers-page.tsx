import type { DrainerSnapshot } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Count } from "../../components/numbers.tsx"
import { PageHeader, Stat, Tabs } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { since } from "../parts/counts.ts"
import { drainerPath } from "./drainer-path.ts"
import { DrainerState } from "./drainer-state.tsx"
import { poolText } from "./pool-text.ts"

export const drainersPage: Page = {
  path: "/drainers",
  async render(view) {
    const { text, href } = view
    const hasEnded = view.query.get("state") === "ended"
    const tabs = [
      { href: href("/drainers"), label: text.drainers.alive, current: !hasEnded },
      { href: href("/drainers", { state: "ended" }), label: text.drainers.ended, current: hasEnded },
    ]
    return {
      title: text.drainers.title,
      body: (
        <>
          <PageHeader title={text.drainers.title} lead={text.drainers.lead} />
          <Tabs label={text.drainers.state} tabs={tabs} />
          {hasEnded ? await ended(view) : await alive(view)}
        </>
      ),
    }
  },
}

async function alive(view: View) {
  const text = view.text.drainers
  const { drainers } = await view.sluice.listDrainers({ limit: 1_000 })
  if (drainers.length === 0)
    return (
      <EmptyState title={text.emptyTitle}>
        <p>{text.empty}</p>
      </EmptyState>
    )
  const living = drainers.filter(({ state }) => state !== "died")
  const held = living.reduce((sum, one) => sum + one.held, 0)
  return (
    <>
      <div class="stats">
        <Stat label={text.aliveNow} value={view.format.number(living.length)} />
        <Stat label={text.held} value={view.format.number(held)} />
        {poolsOf(view, living).map((pool) => (
          <Pool view={view} pool={pool} />
        ))}
      </div>
      <Drainers view={view} drainers={drainers} />
    </>
  )
}

async function ended(view: View) {
  const text = view.text.drainers
  const after = view.query.get("after")
  const { drainers, next } = await view.sluice.listDrainers({
    state: "ended",
    limit: 50,
    ...(after && { after }),
  })
  if (drainers.length === 0)
    return (
      <EmptyState title={text.noneEnded}>
        <p>{text.noneEndedLead}</p>
      </EmptyState>
    )
  return (
    <>
      <Drainers view={view} drainers={drainers} />
      <Pagination view={view} path="/drainers" next={next} />
    </>
  )
}

interface UsedSlots {
  readonly pool: string
  readonly used: number
  readonly slots: number | null
}

/** The slots of each pool: those used, and how many there are, as the newest of its drainers was told. */
function poolsOf(view: View, drainers: readonly DrainerSnapshot[]): UsedSlots[] {
  const pools = new Map<string, UsedSlots>()
  for (const drainer of drainers) {
    const pool = poolText(view, drainer)
    const known = pools.get(pool) ?? { pool, used: 0, slots: drainer.slots }
    pools.set(pool, { ...known, used: known.used + 1 })
  }
  return [...pools.values()].slice(0, 8)
}

function Pool({ view, pool: { pool, used, slots } }: { view: View; pool: UsedSlots }) {
  const { format, text } = view
  const label = `${text.drainers.slots}: ${pool}`
  if (slots === null) return <Stat label={label} value={format.number(used)} />
  const value = fill(text.drainers.slotsOf, { used: format.number(used), slots: format.number(slots) })
  return (
    <Stat label={label} value={value} hint={format.counted(text.drainers.free, Math.max(0, slots - used))} />
  )
}

function Drainers({ view, drainers }: { view: View; drainers: readonly DrainerSnapshot[] }) {
  return (
    <Table
      view={view}
      caption={view.text.drainers.title}
      columns={columnsOf(view)}
      rows={drainers}
      rowId={({ id }) => String(id)}
      rowHref={({ id }) => view.href(drainerPath(id))}
    />
  )
}

function columnsOf(view: View): Column<DrainerSnapshot>[] {
  const text = view.text.drainers
  return [
    {
      label: text.label,
      heading: true,
      cell: ({ id, label }) => (
        <a class="ltr" href={view.href(drainerPath(id))}>
          {label}
        </a>
      ),
    },
    { label: text.state, cell: ({ state }) => <DrainerState view={view} state={state} /> },
    {
      label: text.held,
      numeric: true,
      cell: ({ state, held, inFlight }) =>
        state === "died" && inFlight !== null ? (
          view.format.counted(text.inFlight, inFlight)
        ) : (
          <Count view={view} value={held} />
        ),
    },
    { label: text.pool, cell: (drainer) => poolText(view, drainer) },
    { label: text.slot, numeric: true, cell: slotText },
    { label: text.started, cell: ({ startedAt }) => <Time view={view} at={startedAt} /> },
    { label: text.lived, numeric: true, cell: (drainer) => livedText(view, drainer) },
  ]
}

/** `2/10`: its slot, and how many its pool has. */
export function slotText({ slot, slots }: DrainerSnapshot): string {
  return slots === null ? String(slot) : `${slot}/${slots}`
}

/** From its start to its end, or so far. Unknown for one that died and hasn't been found yet. */
export function livedText(view: View, { state, startedAt, endedAt }: DrainerSnapshot): string {
  if (endedAt) return view.format.duration(endedAt.getTime() - startedAt.getTime())
  return state === "died" ? "–" : since(view, startedAt)
}
