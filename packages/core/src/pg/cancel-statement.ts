import pg from "pg"

/** What pg knows of a connection, and its types don't tell. */
interface Wire {
  connect(port: number | string, host?: string): void
  cancel(processId: number, secretKey: unknown): void
  once(event: string, listener: () => void): void
  on(event: "error", listener: () => void): void
  readonly stream: { destroy(): void }
}

const LONGEST_MS = 5_000

/**
 * Asks the server to cancel what a client's connection is executing: Postgres doesn't notice that nobody waits for the result
 * any more. The request needs a connection of its own. `client.cancel` of pg would send none to a server with TLS.
 */
export function cancelStatement(settings: pg.ClientConfig, client: pg.ClientBase): void {
  const { connection, host, port } = new pg.Client(settings) as pg.Client & { readonly connection: Wire }
  const { processID, secretKey } = client as pg.ClientBase & { processID: number; secretKey: unknown }
  const send = () => connection.cancel(processID, secretKey)
  connection.once("connect", send)
  connection.once("sslconnect", send)
  connection.on("error", () => {}) // the statement's own timeout follows
  if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`)
  else connection.connect(port, host)
  setTimeout(() => connection.stream.destroy(), LONGEST_MS).unref()
}
