/** Parses an instant from the database's JSON. */
export function dateOf(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant)
}
