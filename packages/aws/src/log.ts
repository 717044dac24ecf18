import { Logger as PowertoolsLogger } from "@aws-lambda-powertools/logger"
import type { Logger } from "@sluice/core"
import type { Context } from "aws-lambda"
import type { Chain } from "./drain/chain.ts"

/** The drain function's log: Powertools' Logger, with the level of `POWERTOOLS_LOG_LEVEL`. */
export function createDrainLog(service: string) {
  const logger = new PowertoolsLogger({ serviceName: service })
  return {
    /** The log of one invocation. */
    of(context: Context, { chainId, hop }: Chain): Logger {
      logger.addContext(context)
      return toLogger(logger.createChild({ persistentKeys: { chainId, hop } }))
    },
  }
}

/** Details are required by Powertools and optional in Sluice's `Logger`. */
function toLogger(logger: PowertoolsLogger): Logger {
  const at =
    (level: keyof Logger): Logger["info"] =>
    (message, details = {}) =>
      logger[level](message, details)
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") }
}
