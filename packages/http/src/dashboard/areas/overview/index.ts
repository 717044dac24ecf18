import type { Area } from "../../page.ts"
import { overviewPage } from "./overview-page.tsx"

export const overviewArea: Area = { key: "overview", path: "/", pages: [overviewPage] }
