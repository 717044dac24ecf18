import { signInWithPassword } from "../actions.ts"

const PROBLEMS = new Map([
  ["email", "That isn't an email address."],
  ["length", "A password has 8 to 200 characters."],
  ["password", "That isn't the password of this address."],
  ["often", "That was too often. Try again in ten minutes."],
])

export default async function Page({ searchParams }: { searchParams: Promise<{ problem?: string }> }) {
  const problem = PROBLEMS.get((await searchParams).problem ?? "")
  return (
    <>
      <h1>Sign in</h1>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      <form action={signInWithPassword}>
        <label>
          Email
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            minLength={8}
            maxLength={200}
            autoComplete="current-password"
            required
          />
        </label>
        <button type="submit">Sign in</button>
      </form>
      <p>A new address makes an account.</p>
    </>
  )
}
