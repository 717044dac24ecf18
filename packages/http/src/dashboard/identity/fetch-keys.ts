import { readBounded } from "../../messages/read-bounded.ts"

const LONGEST_READ_MS = 5_000
/** Issuers publish a few keys of about a kilobyte. */
const MOST_BYTES = 1024 * 1024

/** Reads what an issuer publishes, within limits of time and size. Whoever answers in its place can't fill our memory. */
export async function fetchKeys(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(LONGEST_READ_MS) })
  const body = await readBounded(response.body, MOST_BYTES)
  if (body === undefined) throw new Error(`${url} returned more than ${MOST_BYTES} bytes`)
  if (!response.ok) throw new Error(`${url} returned ${response.status}`)
  return body.toString()
}
