import { api } from "../../../../../lib/queue.ts"

/** What `useJob` reads, with the token of a job. The other paths of the API stay closed. */
export function GET(request: Request) {
  return api.fetch(request)
}
