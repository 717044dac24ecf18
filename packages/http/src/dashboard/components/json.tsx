/** A value as JSON that folds. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <details class="json" open>
      <summary>{label}</summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  )
}
