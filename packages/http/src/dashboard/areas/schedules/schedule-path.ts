/** The page of a schedule. Its key may contain slashes. */
export function schedulePath(key: string): string {
  return `/schedules/${encodeURIComponent(key)}`
}
