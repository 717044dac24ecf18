import type { Child } from "hono/jsx"
import { Count } from "../../components/numbers.tsx"
import { Panel } from "../../components/page-header.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { View } from "../../page.ts"
import { ErrorClass, shownText } from "../errors/error-text.tsx"
import { nameHref } from "../names/name-href.ts"
import type { OverviewData } from "./data.ts"

interface Part {
  readonly view: View
  readonly data: OverviewData
}

export function NewestErrors({ view, data: { errors } }: Part) {
  const { overview } = view.text
  return (
    <Panel
      title={overview.failures}
      id="errors"
      actions={<a href={view.href("/errors")}>{overview.allErrors}</a>}
    >
      <Listed none={overview.failuresNone}>
        {errors.groups.map((group) => (
          <li>
            <a href={view.href(`/errors/${group.fingerprint}`)} dir="auto">
              {shownText(view, group.pattern, group.names) || group.class}
            </a>
            <span class="muted">
              <ErrorClass error={group} /> ·{" "}
              {group.isCapped ? (
                <Count view={view} value={group.failures} capped />
              ) : (
                view.format.counted(view.text.queues.failures, group.failures)
              )}{" "}
              · <Time view={view} at={group.lastAt} />
            </span>
          </li>
        ))}
      </Listed>
    </Panel>
  )
}

export function Pauses({ view, data }: Part) {
  const { overview } = view.text
  return (
    <Panel title={overview.pauses} id="pauses">
      <Listed none={overview.pausesNone}>
        {data.overview.pauses.map(({ kind, target, until }) => (
          <li>
            <PauseLink view={view} kind={kind} target={target} />
            <span class="muted">
              {overview.pauseKinds[kind]} ·{" "}
              {until === null
                ? overview.untilResumed
                : fill(overview.until, { time: view.format.exact(until) })}
            </span>
          </li>
        ))}
      </Listed>
    </Panel>
  )
}

function PauseLink({ view, kind, target }: { view: View; kind: "queue" | "name" | "key"; target: string }) {
  if (kind === "name") return <a href={nameHref(view, target)}>{target}</a>
  const href =
    kind === "queue"
      ? view.href(`/queues/${encodeURIComponent(target)}`)
      : view.href("/limits/key", { key: target })
  return <a href={href}>{target}</a>
}

export function Ticks({ view, data }: Part) {
  const { overview } = view.text
  return (
    <Panel title={overview.ticks} id="ticks">
      <Listed none={overview.ticksNone}>
        {data.overview.ticks.map(({ key, name, at }) => (
          <li>
            <a href={view.href(`/schedules/${encodeURIComponent(key)}`)}>{key}</a>
            <span class="muted">
              {name} · <Time view={view} at={at} />
            </span>
          </li>
        ))}
      </Listed>
    </Panel>
  )
}

function Listed({ none, children }: { none: string; children: readonly Child[] }) {
  return children.length === 0 ? <p class="muted">{none}</p> : <ul class="listed">{children}</ul>
}
