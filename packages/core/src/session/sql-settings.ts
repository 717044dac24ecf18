/** A list of SQL expressions that set these settings for the session. */
export function sqlSettings(values: Readonly<Record<string, string>>): string {
  const each = ([name, value]: [string, string]) =>
    `pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`
  return Object.entries(values).map(each).join(", ")
}

/** An SQL literal that is read the same way under either value of standard_conforming_strings. */
function literal(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}
