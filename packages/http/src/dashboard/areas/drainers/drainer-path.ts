/** The page of a drainer. */
export function drainerPath(id: number): string {
  return `/drainers/${id}`
}
