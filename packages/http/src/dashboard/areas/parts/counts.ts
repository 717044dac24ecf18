import type { View } from "../../page.ts"

/** A count that stops behind `most`: `1,000+`. */
export function capped({ format }: View, count: number, most: number): string {
  return count > most ? format.atLeast(most) : format.number(count)
}

/** How long ago. A clock that is a little ahead of this one doesn't make it negative. */
export function since({ format, now }: View, at: Date): string {
  return format.duration(Math.max(0, now.getTime() - at.getTime()))
}
