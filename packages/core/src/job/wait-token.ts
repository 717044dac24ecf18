import { assertText, refuse } from "../checks/validate.ts"

/** For what a job waits: text of up to 512 characters. */
export function assertToken(token: string, path: readonly string[]): void {
  if (token === undefined) refuse("invalid_option", token, path, "the token that the job waits for")
  assertText(token, path)
  if (token.startsWith("sluice:"))
    refuse(
      "invalid_option",
      token,
      path,
      "a token that doesn't begin with sluice:, as those of Sluice itself do",
    )
}
