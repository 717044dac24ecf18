import type { View } from "../../page.ts"

/** The address of a job name's page. Names may have slashes. */
export function nameHref(
  view: View,
  name: string,
  query?: Readonly<Record<string, string | undefined>>,
): string {
  return view.href(`/names/${name.split("/").map(encodeURIComponent).join("/")}`, query)
}
