import type { Area } from "../../page.ts"
import { healthPage } from "./health-page.tsx"

export const healthArea: Area = { key: "health", path: "/health", pages: [healthPage] }
