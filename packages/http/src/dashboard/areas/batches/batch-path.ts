/** The page of a batch. */
export function batchPath(id: string): string {
  return `/batches/${id}`
}
