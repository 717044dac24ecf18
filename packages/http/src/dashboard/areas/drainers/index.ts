import type { Area } from "../../page.ts"
import { drainerPage } from "./drainer-page.tsx"
import { drainersPage } from "./drainers-page.tsx"

export const drainersArea: Area = { key: "drainers", path: "/drainers", pages: [drainersPage, drainerPage] }
