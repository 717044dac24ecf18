/**
 * Whether a request that changes something comes from a page of this origin. Browsers say so in `Sec-Fetch-Site`, which no
 * script can set; those that don't, over plain HTTP, send `Origin`. One that says nothing is refused.
 */
export function isFromThisSite(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site")
  if (site !== null) return site === "same-origin"
  const origin = headers.get("origin")
  return origin !== null && hostOf(origin) !== undefined && hostOf(origin) === headers.get("host")
}

/** Whether another site embeds or fetches a page, instead of leading a reader to it. */
export function isEmbeddedElsewhere(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site")
  const isOther = site === "cross-site" || site === "same-site"
  return isOther && headers.get("sec-fetch-mode") !== "navigate"
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
