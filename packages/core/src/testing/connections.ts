import type { Connect, Connection } from "../database/connection.ts"

/** The socket of a connection of `pg`. */
interface Stream {
  write(...parameters: unknown[]): boolean
  pause(): void
  resume(): void
  destroy(): void
  removeAllListeners(): void
  on(event: "error", listener: () => void): void
}

/** The dedicated connections of one drain. */
export interface DrainConnections {
  readonly connect: Connect
  /** The process ids of their backends. */
  pids(): number[]
  /** Ends them as if the process had died. */
  die(): void
  /** Nothing is sent or received until `thaw`. */
  freeze(): void
  thaw(): void
}

export function trackConnections(connect: Connect): DrainConnections {
  const connections: Connection[] = []
  let isDead = false
  let thawing: (() => void)[] | undefined
  return {
    async connect(options) {
      const connection = await connect(options)
      connections.push(connection)
      if (isDead) endSilently(connection)
      if (thawing) thawing.push(freeze(connection))
      return connection
    },
    pids: () => connections.flatMap(({ processID }) => processID ?? []),
    die() {
      isDead = true
      for (const connection of connections) endSilently(connection)
    },
    freeze() {
      thawing ??= connections.map(freeze)
    },
    thaw() {
      for (const thaw of thawing?.splice(0) ?? []) thaw()
      thawing = undefined
    },
  }
}

/** Without a word to this side: whoever waits for an answer waits forever. */
export function endSilently(connection: Connection): void {
  const stream = streamOf(connection)
  stream.removeAllListeners()
  stream.on("error", () => {})
  stream.write = () => true
  stream.destroy()
}

function freeze(connection: Connection): () => void {
  const stream = streamOf(connection)
  const { write } = stream
  const held: unknown[][] = []
  stream.pause()
  stream.write = (...parameters) => {
    held.push(parameters)
    return true
  }
  return () => {
    stream.write = write
    for (const parameters of held) stream.write(...parameters)
    stream.resume()
  }
}

function streamOf(connection: Connection): Stream {
  return (connection as unknown as { connection: { stream: Stream } }).connection.stream
}
