/** An instant of the database, or null. */
export function dateOf(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant)
}
