/** Anything that runs a parameterised statement: a `Pool` or `Client` of pg or Neon's driver. */
export interface Queryable {
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written, as in pg's own types
  query(text: string, values?: any[]): Promise<{ rows: any[]; rowCount: number | null }>
  /**
   * The same for statements that are sent often, such as an enqueue. It may let the server parse each of them once, as that of
   * `createPool` does. Default: `query`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  queryPrepared?(text: string, values: any[]): Promise<{ rows: any[]; rowCount: number | null }>
}

/**
 * A dedicated database connection, such as a `Client` of pg or a WebSocket `Client` of Neon. A drainer needs it for
 * itself, because session-level advisory locks belong to the connection. The engine calls `query` with an object,
 * `{ text, types, name? }`, instead of the text; with `name`, a driver may prepare the statement once.
 */
export interface Connection extends Queryable {
  /** Process id of the backend, from the BackendKeyData message. */
  readonly processID?: number | null
  on(event: "error", listener: (error: Error) => void): unknown
  on(event: "end", listener: () => void): unknown
  on(
    event: "notification",
    listener: (message: { readonly channel: string; readonly payload?: string | undefined }) => void,
  ): unknown
  end(): Promise<void>
}

/**
 * Opens a new connection. Called once per drain, and for each transactional job that runs at the same time.
 *
 * @param options.pipeline Whether the engine has use for a connection that sends statements without waiting for the answers
 *   to earlier ones, as a `Client` of pg does with its option of this name. May be ignored.
 */
export type Connect = (options?: { readonly pipeline?: boolean }) => Promise<Connection>
