import { AsyncResource } from "node:async_hooks"
import pg from "pg"
import { labelOfStatement } from "./label-statement.ts"
import { type LentClient, perform, type Watch } from "./operation.ts"

// biome-ignore lint/suspicious/noExplicitAny: the many forms of the driver's own functions
type Any = any

/** The statements of the driver `pg`, and the connections that are taken from its pools. */
export function watchPg(current: () => Watch | undefined): () => void {
  const clients = pg.Client.prototype as Any
  const pools = Object.getPrototypeOf(pg.Pool.prototype)
  const { query } = clients
  const { connect } = pools
  clients.query = watchedQuery(query, current)
  pools.connect = watchedConnect(connect, current)
  return () => {
    clients.query = query
    pools.connect = connect
  }
}

function watchedQuery(query: Any, current: () => Watch | undefined) {
  return function (this: Any, ...parameters: Any[]): Any {
    const watch = current()
    const label = watch && labelOfStatement(parameters[0], parameters[1])
    if (!watch || label === undefined) return query.apply(this, parameters)
    watch.use(this)
    if (typeof parameters[0].submit === "function")
      return submit(watch, label, parameters[0], () => query.apply(this, parameters))
    const callback = parameters.findLast((parameter) => typeof parameter === "function")
    if (!callback) return perform(watch, label, () => query.apply(this, parameters))
    const others = parameters.filter((parameter) => parameter !== callback)
    const answer = perform(
      watch,
      label,
      () =>
        new Promise<Any[]>((resolve) => {
          query.call(this, ...others, (...values: Any[]) => resolve(values))
        }),
    )
    void answer.then((values) => callback(...values))
    return undefined
  }
}

/** A query object, such as a cursor, has many answers: none of them is held back. */
function submit(watch: Watch, label: string, query: Any, send: () => Any): Any {
  const operation = watch.begin(label)
  if (!operation) return query
  const sent = send()
  void watch.end(operation)
  return sent
}

function watchedConnect(connect: Any, current: () => Watch | undefined) {
  return function (this: Any, callback?: Any): Any {
    const watch = current()
    if (!watch) return connect.call(this, callback)
    if (!callback)
      return connect.call(this).then((client: LentClient) => {
        watch.lend(client)
        return client
      })
    // the pool calls it in the context of whoever gives a connection back
    const bound = AsyncResource.bind(callback)
    return connect.call(this, (error: Any, client: LentClient | undefined) => {
      if (!client) return bound(error)
      watch.lend(client)
      bound(undefined, client, client.release)
    })
  }
}
