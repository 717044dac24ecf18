import { integer, name, object, text, textLike } from "../checks/field.ts"

export const LIST_SCHEDULES = object({
  after: text(),
  limit: integer(1, 1_000),
  name,
  queue: name,
})

export const LIST_TICKS = object({
  limit: integer(1, 100),
  after: textLike(/^[0-9]{1,17}$/, "the last `next`"),
})
