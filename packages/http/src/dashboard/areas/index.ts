import type { Area } from "../page.ts"
import { overviewArea } from "./overview/index.ts"

/** In the order of the navigation. */
export const areas: readonly Area[] = [overviewArea]
