import { type FieldsOf, integer, name, object, text, textLike } from "../checks/field.ts"
import type { ListTicksOptions } from "./list-ticks.ts"
import type { ListSchedulesOptions } from "./schedules.ts"

export const LIST_SCHEDULES = object({
  after: text(),
  limit: integer(1, 1_000),
  name,
  queue: name,
} satisfies FieldsOf<ListSchedulesOptions>)

export const LIST_TICKS = object({
  limit: integer(1, 100),
  after: textLike(/^[0-9]{1,17}$/, "the last `next`"),
} satisfies FieldsOf<ListTicksOptions>)
