import type { Area } from "../../page.ts"
import { cancelBatch, cancelPage, retryBatch, retryPage } from "./act-on-batch.tsx"
import { batchPage } from "./batch-page.tsx"
import { batchesPage } from "./batches-page.tsx"

export const batchesArea: Area = {
  key: "batches",
  path: "/batches",
  pages: [batchesPage, batchPage, cancelPage, retryPage],
  actions: [cancelBatch, retryBatch],
}
