/** The limit that a form sends under a name. Null: none. Undefined: what can't be one. */
export function limitIn(form: URLSearchParams, name = "waiting"): number | null | undefined {
  const given = (form.get(name) ?? "").trim()
  if (given === "") return null
  return /^\d{1,7}$/.test(given) && Number(given) >= 1 && Number(given) <= 1_000_000
    ? Number(given)
    : undefined
}
