const LONGEST_READ_MS = 5_000
/** Issuers publish a few keys of about a kilobyte. */
const MOST_BYTES = 1024 * 1024

/** Reads what an issuer publishes, within limits of time and size. Whoever answers in its place can't fill our memory. */
export async function fetchKeys(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(LONGEST_READ_MS) })
  const chunks: Uint8Array[] = []
  let bytes = 0
  // an exception that leaves the loop ends the connection
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new Error(`${url} returned more than ${MOST_BYTES} bytes`)
    chunks.push(chunk)
  }
  if (!response.ok) throw new Error(`${url} returned ${response.status}`)
  return Buffer.concat(chunks).toString()
}
