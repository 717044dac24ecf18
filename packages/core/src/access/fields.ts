import {
  durationFrom,
  integer,
  list,
  name,
  notBoth,
  object,
  oneOf,
  period,
  required,
  text,
  textLike,
} from "../checks/field.ts"
import { refuse } from "../checks/validate.ts"
import { instant } from "../job/option-values.ts"
import { ROLES } from "./principal.ts"
import { RECORDED_VERBS } from "./recorded-verbs.ts"

const MOST_IN_SCOPE = 100
const LONGEST_OVERLAP_MS = 90 * 86_400_000
const scope = list(name, 1, MOST_IN_SCOPE)

export const apiKeyId = textLike(/^[0-9]{1,15}$/, "the id of an API key, a decimal number", "invalid_id")

export const API_KEY = object(
  {
    name: required(text()),
    role: required(oneOf(ROLES)),
    names: scope,
    queues: scope,
    expiresAt: instant,
    expiresIn: period(),
    createdBy: text(),
  },
  notBoth("expiresAt", "expiresIn"),
  {
    assert({ role, ...settings }) {
      for (const kind of ["names", "queues"] as const)
        if (role !== "enqueuer" && settings[kind] !== undefined)
          refuse(
            "invalid_option",
            settings[kind],
            [kind],
            `no ${kind} with the role ${role}: only enqueuers are limited to some`,
          )
    },
  },
)

export const ROTATE_API_KEY = object({
  overlap: durationFrom(0, LONGEST_OVERLAP_MS),
})

export const LIST_API_KEYS = object({ after: apiKeyId })

export const LIST_ACTIONS = object({
  actor: text(),
  action: oneOf(RECORDED_VERBS),
  via: oneOf(["api", "dashboard", "cli", "library"]),
  limit: integer(1, 1_000),
  after: textLike(/^[0-9]{1,15}$/, "the last `next`"),
})
