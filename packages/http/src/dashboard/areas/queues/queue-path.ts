/** The page of a queue. Its name may contain slashes. */
export function queuePath(name: string): string {
  return `/queues/${encodeURIComponent(name)}`
}
