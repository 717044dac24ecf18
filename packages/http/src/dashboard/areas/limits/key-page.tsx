import type { KeySnapshot } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { ButtonLink, PageHeader, Panel, Stat } from "../../components/page-header.tsx"
import { PauseBadge, PauseForm } from "../../components/pause-form.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { capped } from "../parts/counts.ts"
import { LimitForm } from "../parts/limit-form.tsx"
import { MOST_COUNTED, runningText } from "./key-counts.ts"

const LONGEST_KEY = 512

export const keyPage: Page = {
  path: "/limits/key",
  async render(view) {
    const { sluice, text, href, query } = view
    const given = query.get("key") ?? ""
    const isKey = given !== "" && given.length <= LONGEST_KEY && !given.includes("\0")
    const [key] = isKey ? await sluice.listKeys({ keys: [given] }) : []
    const back = { href: href("/limits"), label: text.limits.title }
    if (!key)
      return {
        title: text.limits.title,
        status: 404,
        body: (
          <>
            <PageHeader title={text.limits.title} back={back} />
            <EmptyState title={text.limits.noKeysTitle} />
          </>
        ),
      }
    return {
      title: key.key,
      body: (
        <>
          <PageHeader
            title={<span class="ltr">{key.key}</span>}
            back={back}
            badge={key.paused && <PauseBadge view={view} until={key.pausedUntil} />}
          >
            <ButtonLink href={href("/jobs", { key: key.key })}>{text.limits.jobs}</ButtonLink>
          </PageHeader>
          {key.unfinished === 0 && <p class="muted">{text.limits.noKeyFound}</p>}
          <Counts view={view} of={key} />
          {view.may("operator") && <Settings view={view} of={key} />}
        </>
      ),
    }
  },
}

function Counts({ view, of }: { view: View; of: KeySnapshot }) {
  const text = view.text.limits
  const { waitingLimit } = of
  return (
    <div class="stats">
      <Stat label={text.running} value={runningText(view, of)} hint={askedText(view, of)} />
      <Stat label={text.waiting} value={capped(view, of.waiting, MOST_COUNTED)} />
      <Stat label={text.unfinished} value={capped(view, of.unfinished, MOST_COUNTED)} />
      <Stat
        label={text.waitingLimit}
        value={waitingLimit === null ? text.none : view.format.number(waitingLimit)}
      />
    </div>
  )
}

/** What the jobs ask for, where an operator has set something else. */
function askedText({ text, format }: View, { override, limit }: KeySnapshot): string | undefined {
  if (override === null) return undefined
  return limit === null ? text.limits.setByHand : fill(text.limits.asked, { limit: format.number(limit) })
}

function Settings({ view, of }: { view: View; of: KeySnapshot }) {
  const { queues, limits } = view.text
  return (
    <Panel id="settings" title={queues.settings}>
      <div class="setting">
        <PauseForm
          view={view}
          paused={of.paused}
          pausePath="/limits/key/pause"
          resumePath="/limits/key/resume"
          target={of.key}
        />
        <p class="muted">{limits.pauseHint}</p>
      </div>
      <LimitForm
        view={view}
        path="/limits/key/override"
        name="running"
        label={limits.atOnce}
        hint={limits.atOnceHint}
        limit={of.override}
        target={of.key}
      />
      <LimitForm
        view={view}
        path="/limits/key/limit"
        label={limits.most}
        limit={of.waitingLimit}
        target={of.key}
      />
    </Panel>
  )
}
