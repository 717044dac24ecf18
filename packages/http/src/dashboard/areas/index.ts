import type { Area } from "../page.ts"
import { errorsArea } from "./errors/index.ts"
import { healthArea } from "./health/index.ts"
import { jobsArea } from "./jobs/index.ts"
import { namesArea } from "./names/index.ts"
import { overviewArea } from "./overview/index.ts"

/** In the order of the navigation. */
export const areas: readonly Area[] = [overviewArea, jobsArea, namesArea, errorsArea, healthArea]
