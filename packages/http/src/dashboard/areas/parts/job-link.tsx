import type { View } from "../../page.ts"

/** Leads to a job, by its id. */
export function JobLink({ view, id }: { view: View; id: string }) {
  return (
    <a class="ltr number" href={view.href(`/jobs/${id}`)}>
      {id}
    </a>
  )
}
