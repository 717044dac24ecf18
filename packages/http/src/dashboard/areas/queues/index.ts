import type { Area } from "../../page.ts"
import { limitQueue, pauseQueue, resumeQueue } from "./queue-actions.ts"
import { queuePage } from "./queue-page.tsx"
import { queuesPage } from "./queues-page.tsx"

export const queuesArea: Area = {
  key: "queues",
  path: "/queues",
  pages: [queuesPage, queuePage],
  actions: [pauseQueue, resumeQueue, limitQueue],
}
