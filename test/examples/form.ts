/** What a browser without scripts sends with the form of a page that has this field: the form's hidden fields, and the given ones. */
export function fillForm(page: string, field: string, values: Readonly<Record<string, string>>): FormData {
  const form = new RegExp(`<form[^>]*>(?:(?!</form>).)*name="${field}".*?</form>`, "s").exec(page)?.[0]
  if (form === undefined) throw new Error(`The page has no form with ${field}: ${page}`)
  const body = new FormData()
  for (const [, name = "", value = ""] of form.matchAll(/type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g))
    body.set(name, value)
  for (const [name, value] of Object.entries(values)) body.set(name, value)
  return body
}
