/** Anything that runs one parameterised statement: a `Pool` or `Client` of pg or of Neon's driver. */
export interface Queryable {
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written, as in pg's own types
  query(text: string, values?: any[]): Promise<{ rows: any[]; rowCount: number | null }>
}

/**
 * One dedicated database connection, as `pg.Client` and Neon's WebSocket `Client` are.
 * A drainer needs one to itself, because session-level advisory locks belong to the connection. The engine gives their
 * `query` an object, `{ text, types }`, in the place of the text.
 */
export interface Connection extends Queryable {
  /** Process id of the backend, from the protocol's BackendKeyData. */
  readonly processID?: number | null
  on(event: "error", listener: (error: Error) => void): unknown
  on(event: "end", listener: () => void): unknown
  on(event: "notification", listener: () => void): unknown
  end(): Promise<void>
}

/** Opens one new connection. Called once per drain, and once per transactional job that has a place at the same time. */
export type Connect = () => Promise<Connection>
