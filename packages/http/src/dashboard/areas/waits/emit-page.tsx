import { InvalidInputError, type KnownEvent } from "@sluice/core"
import { name } from "@sluice/core/fields"
import { ActionForm } from "../../components/action-form.tsx"
import { Notice } from "../../components/notice.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page, Rendered, View } from "../../page.ts"
import { type Errors, errorsOf, FormProblem, noErrors, TextField } from "../parts/form-parts.tsx"
import { FieldError, jsonOf, textOf } from "../parts/form-values.ts"
import { onceKeyOf } from "../parts/once.ts"

const PATH = "/waits/emit"

/** More are quicker to type than to find. */
const MOST_CHOICES = 60

/** First the event is chosen; then the form says whom it reaches. */
export const emitPage: Page = {
  path: PATH,
  role: "operator",
  async render(view) {
    const event = view.query.get("event")?.trim()
    if (!event) return chooseEvent(view)
    const errors = errorsOfName(event)
    return errors.size > 0 ? chooseEvent(view, event, errors) : form(view, event, "{}", noErrors)
  },
}

export const emitEvent: Action = {
  path: PATH,
  async act(view, given) {
    const { sluice, text, href, format } = view
    const event = textOf(given, "event") ?? ""
    const idempotencyKey = onceKeyOf(given)
    try {
      const payload = jsonOf(view, given, "payload", text.waits.notJson) ?? {}
      const options = idempotencyKey === undefined ? {} : { idempotencyKey }
      const { jobs, resumed } = await sluice.emit(event, payload, options)
      const counts = [
        format.counted(text.waits.didEnqueue, jobs.length),
        format.counted(text.waits.didResume, resumed),
      ]
      return { to: href("/waits"), notice: [fill(text.waits.didEmit, { event }), ...counts].join(" ") }
    } catch (error) {
      const errors = problemsOf(error)
      const page = errors.has("event")
        ? await chooseEvent(view, event, errors)
        : await form(view, event, given.get("payload") ?? "", errors)
      return { to: href(PATH, { event }), page }
    }
  },
}

/** What is wrong with the payload is said of it, whichever of the jobs complains. */
function problemsOf(error: unknown): Errors {
  if (error instanceof FieldError) return errorsOf(error)
  if (!(error instanceof InvalidInputError)) throw error
  return new Map([[error.path[0] === "event" ? "event" : "payload", error.message]])
}

/** What can't be the name of an event is said before anybody writes a payload for it. */
function errorsOfName(event: string): Errors {
  try {
    name.assert(event, ["event"])
    return noErrors
  } catch (error) {
    return problemsOf(error)
  }
}

async function chooseEvent(view: View, given = "", errors: Errors = noErrors): Promise<Rendered> {
  const { waits: text, jobs } = view.text
  const events = await view.sluice.listEvents()
  const body = (
    <>
      <PageHeader
        title={text.emit}
        lead={text.emitLead}
        back={{ href: view.href("/waits"), label: text.title }}
      />
      {events.length > 0 && (
        <nav aria-label={text.chooseEvent}>
          <ul class="choose-name">
            {events.slice(0, MOST_CHOICES).map(({ name }) => (
              <li>
                <a class="button" href={view.href(PATH, { event: name })}>
                  <bdi>{name}</bdi>
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <form method="get" action={view.href(PATH)} class="form">
        <TextField
          name="event"
          label={events.length > 0 ? text.otherEvent : text.chooseEvent}
          value={given}
          errors={errors}
        />
        <div class="row">
          <button type="submit" class="button primary">
            {jobs.choose}
          </button>
        </div>
      </form>
    </>
  )
  return { title: text.emit, body, isLive: false, ...(errors.size > 0 && { status: 422 as const }) }
}

async function form(view: View, event: string, payload: string, errors: Errors): Promise<Rendered> {
  const { waits: text } = view.text
  const known = (await view.sluice.listEvents()).find(({ name }) => name === event)
  const body = (
    <>
      <PageHeader
        title={fill(text.emitTitle, { event })}
        lead={text.emitLead}
        back={{ href: view.href(PATH), label: text.chooseEvent }}
      />
      <Reach view={view} event={known} />
      <FormProblem errors={errors} shown={["payload"]} />
      <ActionForm view={view} path={PATH} class="form">
        <input type="hidden" name="event" value={event} />
        <input type="hidden" name="once" value={crypto.randomUUID()} />
        <TextField
          name="payload"
          label={text.value}
          hint={text.payloadHint}
          value={payload}
          errors={errors}
          isJson
          rows={10}
        />
        <div class="row">
          <button type="submit" class="button primary">
            {text.emitNow}
          </button>
          <a class="button" href={view.href("/waits")}>
            {view.text.shell.cancel}
          </a>
        </div>
      </ActionForm>
    </>
  )
  return { title: text.emit, body, isLive: false, ...(errors.size > 0 && { status: 422 as const }) }
}

/** Whom the event reaches if it is emitted now. */
function Reach({ view, event }: { view: View; event: KnownEvent | undefined }) {
  const { waits: text } = view.text
  const { subscribers = [], waiting = 0 } = event ?? {}
  if (subscribers.length === 0 && waiting === 0) return <Notice kind="warning">{text.reachesNobody}</Notice>
  return (
    <Notice>
      <ul class="plain">
        {subscribers.length > 0 && (
          <li>
            {text.reachesJobs} <bdi>{view.format.list(subscribers)}</bdi>
          </li>
        )}
        {waiting > 0 && <li>{view.format.counted(text.reachesWaiting, waiting)}</li>}
      </ul>
    </Notice>
  )
}
