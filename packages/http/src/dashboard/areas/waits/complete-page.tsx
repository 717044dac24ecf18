import { ActionForm } from "../../components/action-form.tsx"
import { Field } from "../../components/field.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page, Rendered, View } from "../../page.ts"
import { attempt } from "../parts/attempt.ts"
import { JsonProblem, jsonIn } from "../parts/json-in.ts"

const PATH = "/waits/complete"

/** The form that completes a token, which is in the query because it may be any text. */
export const completePage: Page = {
  path: PATH,
  role: "operator",
  render: async (view) => formPage(view, { token: view.query.get("token") ?? "", value: "" }),
}

export const completeWait: Action = {
  path: PATH,
  async act(view, form) {
    const { sluice, text, href } = view
    const token = form.get("token") ?? ""
    const given = form.get("value") ?? ""
    let value: unknown
    try {
      value = jsonIn(view, given, text.waits.notJson)
    } catch (error) {
      if (!(error instanceof JsonProblem)) throw error
      const page = formPage(view, { token, value: given, error: error.message })
      return { to: href(PATH, { token }), page }
    }
    return attempt(href("/waits"), async () => {
      await sluice.completeWait(token, value)
      return fill(text.waits.didComplete, { token })
    })
  },
}

function formPage(view: View, filled: { token: string; value: string; error?: string }): Rendered {
  const text = view.text.waits
  const { token, value, error } = filled
  return {
    title: text.complete,
    isLive: false,
    body: (
      <>
        <PageHeader
          title={fill(text.completeTitle, { token })}
          lead={text.completeLead}
          back={{ href: view.href("/waits"), label: text.title }}
        />
        <ActionForm view={view} path={PATH} class="form">
          <input type="hidden" name="token" value={token} />
          <Field name="value" label={text.value} hint={text.valueHint} error={error}>
            {(attributes) => (
              <textarea {...attributes} class="code" rows={6} spellcheck={false}>
                {value}
              </textarea>
            )}
          </Field>
          <div class="actions">
            <button type="submit" class="button primary">
              {text.complete}
            </button>
          </div>
        </ActionForm>
      </>
    ),
  }
}
