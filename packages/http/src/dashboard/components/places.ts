/** Parameters that say where a list begins: `after`, and the trail of those of the pages before it. */
export interface Place {
  readonly after?: string
  readonly trail?: string
}

/** Where the pages around this one begin. */
export interface Places {
  /** Set unless the previous page is the first, or this one is. */
  readonly first: Place | undefined
  /** Set unless this is the first page, or what is known of the way to it doesn't reach back so far. */
  readonly previous: Place | undefined
  readonly next: Place | undefined
}

/** Characters of all places of a trail. Some proxies refuse an address beyond 2,000. */
const LONGEST_TRAIL = 1_200
/** Stands at the head of a trail for the places that had no room. */
const FORGOTTEN = null

type Trail = readonly (string | typeof FORGOTTEN)[]

/**
 * The pages before and behind this one. Lists are read forward only, each page from where the one before it has ended. So the
 * address has the places by which its reader has come, and leads back by them: to what is behind those places now.
 */
export function placesAround(query: URLSearchParams, nextAfter: string | undefined): Places {
  const after = query.get("after") ?? undefined
  const trail = after === undefined ? [] : readTrail(query.get("trail"))
  const way = after === undefined ? [] : [...trail, after]
  return {
    first: trail.length > 0 ? {} : undefined,
    previous: previousOf(after, trail),
    next: nextAfter === undefined ? undefined : { after: nextAfter, ...trailOf(way) },
  }
}

function previousOf(after: string | undefined, trail: Trail): Place | undefined {
  if (after === undefined) return undefined
  const place = trail.at(-1)
  if (place === undefined) return {}
  return place === FORGOTTEN ? undefined : { after: place, ...trailOf(trail.slice(0, -1)) }
}

function trailOf(places: Trail): { readonly trail?: string } {
  if (places.length === 0) return {}
  const text = JSON.stringify(places)
  if (text.length <= LONGEST_TRAIL) return { trail: text }
  const kept = places[0] === FORGOTTEN ? places.slice(2) : places.slice(1)
  return trailOf([FORGOTTEN, ...kept])
}

/** A trail that somebody has made up is none. */
function readTrail(text: string | null): Trail {
  if (text === null || text.length > LONGEST_TRAIL) return []
  try {
    const places: unknown = JSON.parse(text)
    const isTrail =
      Array.isArray(places) &&
      places.every((place, nth) => typeof place === "string" || (nth === 0 && place === FORGOTTEN))
    return isTrail ? (places as Trail) : []
  } catch {
    return []
  }
}

/** The parameters of a list's first page. */
export function withoutPlace(query: URLSearchParams): Record<string, string> {
  const { after: _, trail: __, ...others } = Object.fromEntries(query)
  return others
}
