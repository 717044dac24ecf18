const SOMEWHERE = "http://dashboard.invalid"

/** The address, if it is one within the dashboard; else its first page. What a form says can't lead anywhere else. */
export function insideOf(base: string, address: string | null | undefined): string {
  const home = `${base}/`
  if (!address || !/^\/(?![/\\])[\x21-\x7e]*$/.test(address) || address.includes("\\")) return home
  if (!URL.canParse(address, SOMEWHERE)) return home
  const { origin, pathname, search } = new URL(address, SOMEWHERE)
  const isInside = origin === SOMEWHERE && (pathname === base || pathname.startsWith(home))
  // a path of its own that starts with two slashes would be read as another host's
  return isInside && !pathname.startsWith("//") ? pathname + search : home
}
