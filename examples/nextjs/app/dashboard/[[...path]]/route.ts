import { dashboard } from "../../../lib/queue.ts"

export const dynamic = "force-dynamic" // so that Next.js passes the request itself

/** Closed: it asks for the key of the API, or for one that `sluice api-keys create` has made. */
function serve(request: Request) {
  const headers = new Headers(request.headers)
  headers.delete("accept-encoding") // Next.js compresses responses itself, and drops the encoding of a handler's
  return dashboard.fetch(new Request(request, { headers }))
}

export { serve as GET, serve as POST }
