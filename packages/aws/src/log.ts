import { Logger as PowertoolsLogger } from "@aws-lambda-powertools/logger"
import type { Logger } from "@sluice/core"
import { logJson } from "@sluice/core/log"
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

/** Writes lines of JSON, which CloudWatch Logs Insights parses. For functions that should stay small. */
export const jsonLog: Logger = {
  debug() {},
  info: (message, details) => write("INFO", message, details),
  warn: (message, details) => write("WARN", message, details),
  error: (message, details) => write("ERROR", message, details),
}

function write(level: string, message: string, details: Record<string, unknown> = {}): void {
  process.stdout.write(`${logJson({ level, message, timestamp: new Date(), ...details })}\n`)
}
