import { type ApiKeySettings, InvalidInputError, type Role } from "@sluice/core"
import { ROLES } from "@sluice/core/fields"
import { ActionForm } from "../../components/action-form.tsx"
import { Field } from "../../components/field.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { fill } from "../../languages/text.ts"
import type { Action, Page, Rendered, View } from "../../page.ts"
import { type Errors, FormProblem, noErrors, TextField } from "../parts/form-parts.tsx"
import { tagsOf, textOf } from "../parts/form-values.ts"
import { secretPage } from "./key.tsx"

const PATH = "/api-keys/new"
const LIFETIMES = ["", "7d", "30d", "90d", "365d"] as const
const FIELDS = ["name", "role", "names", "queues", "expiresIn"]

export const newKeyPage: Page = {
  path: PATH,
  render: async (view) => form(view, new URLSearchParams(), noErrors),
}

export const createKey: Action = {
  path: PATH,
  async act(view, given) {
    const to = view.href("/api-keys")
    try {
      const key = await view.sluice.createApiKey(settingsOf(given))
      return { to, page: secretPage(view, fill(view.text.apiKeys.didCreate, { name: key.name }), key) }
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      return { to, page: form(view, given, new Map([[String(error.path[0] ?? ""), error.message]])) }
    }
  },
}

function settingsOf(given: URLSearchParams): ApiKeySettings {
  const names = tagsOf(given, "names")
  const queues = tagsOf(given, "queues")
  const expiresIn = textOf(given, "expiresIn")
  return {
    name: textOf(given, "name") as string,
    role: textOf(given, "role") as Role,
    ...(names && { names }),
    ...(queues && { queues }),
    ...(expiresIn && { expiresIn: expiresIn as "30d" }),
  }
}

function form(view: View, given: URLSearchParams, errors: Errors): Rendered {
  const { apiKeys: text, shell } = view.text
  const field = (name: string) => ({ name, value: given.get(name) ?? "", errors })
  const role = given.get("role") ?? "enqueuer"
  const body = (
    <>
      <PageHeader
        title={text.create}
        lead={text.createLead}
        back={{ href: view.href("/api-keys"), label: text.title }}
      />
      <FormProblem errors={errors} shown={FIELDS} />
      <ActionForm view={view} path={PATH} class="form">
        <TextField {...field("name")} label={text.name} hint={text.nameHint} />
        <Field name="role" label={text.role} error={errors.get("role")} hint={<Roles view={view} />}>
          {(attributes) => (
            <select {...attributes}>
              {ROLES.map((one) => (
                <option value={one} selected={one === role}>
                  {shell.roles[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <TextField {...field("names")} label={text.onlyNames} hint={text.onlyHint} />
        <TextField {...field("queues")} label={text.onlyQueues} hint={text.onlyHint} />
        <Field name="expiresIn" label={text.lifetime} error={errors.get("expiresIn")}>
          {(attributes) => (
            <select {...attributes}>
              {LIFETIMES.map((lifetime) => (
                <option value={lifetime} selected={lifetime === given.get("expiresIn")}>
                  {text.lifetimes[lifetime]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div class="row">
          <button type="submit" class="button primary">
            {text.create}
          </button>
        </div>
      </ActionForm>
    </>
  )
  return { title: text.create, body, isLive: false, ...(errors.size > 0 && { status: 422 as const }) }
}

function Roles({ view }: { view: View }) {
  const { apiKeys: text, shell } = view.text
  return (
    <ul class="plain">
      {ROLES.map((role) => (
        <li>
          {shell.roles[role]}: {text.roleHints[role]}
        </li>
      ))}
    </ul>
  )
}
