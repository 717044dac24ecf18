import { refuse } from "../checks/validate.ts"
import type { ThreadExecutor } from "../job/executor.ts"
import { isInThread, performInThread } from "./in-thread.ts"
import { threadPoolOf } from "./thread-pool.ts"

/**
 * Performs the definition's `perform` in a worker thread, so that long computations delay neither other jobs nor the
 * drainer. At the job's timeout and at the drain's deadline the thread is terminated. The payload is copied to the thread
 * as `structuredClone` does; memory is not shared.
 *
 * @param module `import.meta.url` of the file with the definition. The thread loads that file again: in a bundle it is the
 * bundle, so nothing has to be copied beside it. Throws `InvalidInputError` if it is not a URL.
 */
export function thread(module: string | URL): ThreadExecutor {
  if (!URL.canParse(String(module)))
    refuse("invalid_module", module, ["thread"], "import.meta.url of the file that defines the job")
  const threads = threadPoolOf(String(module))
  return {
    adopt(name, perform) {
      if (isInThread()) performInThread(name, perform)
    },
    perform: threads.perform,
    end: threads.end,
  }
}
