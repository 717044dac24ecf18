import { z } from "zod"

/** What the job takes. The web function checks it too, without the code of the job. */
export const Receipt = z.object({ order: z.int().positive(), to: z.email() })
