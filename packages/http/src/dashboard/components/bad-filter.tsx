import { InvalidInputError } from "@sluice/core"
import type { View } from "../page.ts"
import { Notice } from "./notice.tsx"

/** Why a filter can't be used: for `catch` of what reads by it. */
export function reasonOf(error: unknown): string {
  if (error instanceof InvalidInputError) return error.message
  throw error
}

/** In place of a list whose filter can't be used. */
export function BadFilter({ view, reason }: { view: View; reason: string }) {
  return (
    <Notice kind="warning">
      <strong>{view.text.jobs.badFilter}</strong> {reason}
    </Notice>
  )
}
