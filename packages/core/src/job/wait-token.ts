import { type Field, text } from "../checks/field.ts"
import { refuse } from "../checks/validate.ts"

const anyText = text()

/** For what a job waits: text of up to 512 characters. */
export const waitToken: Field<string, false> = {
  schema: { ...anyText.schema, pattern: "^(?!sluice:)" },
  isRequired: false,
  assert(token, path) {
    anyText.assert(token, path)
    if ((token as string).startsWith("sluice:"))
      refuse(
        "invalid_option",
        token,
        path,
        "a token that doesn't begin with sluice:, as those of Sluice itself do",
      )
  },
}
