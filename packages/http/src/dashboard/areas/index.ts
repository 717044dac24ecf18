import type { Area } from "../page.ts"
import { jobsArea } from "./jobs/index.ts"
import { overviewArea } from "./overview/index.ts"

/** In the order of the navigation. */
export const areas: readonly Area[] = [overviewArea, jobsArea]
