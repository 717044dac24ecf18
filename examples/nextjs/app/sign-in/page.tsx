import { signInWithPassword } from "../actions.ts"

export default async function Page({ searchParams }: { searchParams: Promise<{ refused?: string }> }) {
  const { refused } = await searchParams
  return (
    <>
      <h1>Sign in</h1>
      {refused === undefined ? null : <p role="alert">That isn't the password of this address.</p>}
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
