import { Field } from "../components/field.tsx"
import { PlainLayout } from "../components/layout.tsx"
import { Notice } from "../components/notice.tsx"
import { fill } from "../languages/text.ts"
import type { Reader } from "../reader.ts"

/** Asks for a key. `to` is where the reader wanted to go. */
export function LoginPage(properties: {
  reader: Reader
  to: string
  lifetimeMs: number
  notice?: string | undefined
  error?: string | undefined
}) {
  const { reader, to, lifetimeMs, notice, error } = properties
  const { shell } = reader.text
  const hours = reader.format.number(Math.round(lifetimeMs / 3_600_000))
  return (
    <PlainLayout view={reader} title={shell.loginTitle} preferences={reader.preferences}>
      {notice !== undefined && <Notice>{notice}</Notice>}
      <form method="post" action={reader.href("/login")} class="panel">
        <h1>{shell.loginTitle}</h1>
        <p class="muted">{fill(shell.loginLead, { hours })}</p>
        <input type="hidden" name="to" value={to} />
        <Field name="key" label={shell.apiKey} error={error}>
          {(attributes) => (
            <input
              {...attributes}
              type="password"
              autocomplete="current-password"
              required
              autofocus
              class="ltr"
            />
          )}
        </Field>
        <button type="submit" class="button primary">
          {shell.logIn}
        </button>
      </form>
    </PlainLayout>
  )
}

/** A page for those who are not let in. */
export function ClosedPage({ reader, title, text }: { reader: Reader; title: string; text: string }) {
  return (
    <PlainLayout view={reader} title={title} preferences={reader.preferences}>
      <div class="panel">
        <h1>{title}</h1>
        <p>{text}</p>
      </div>
    </PlainLayout>
  )
}
