import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { onTestFinished } from "vitest"

type Direction = "toClient" | "toServer" | "both"

/** A network between a client and a Postgres, that fails as networks do. */
export interface Proxy {
  /** The database's address through the proxy. */
  readonly url: string
  /** Connections that are open through it. */
  readonly connections: number
  /** From now on, what is sent that way is taken and goes nowhere: no error, no end. Default both ways. */
  deafen(direction?: Direction): void
  /** The same, for good, for about this share (0 to 1) of the connections that are open now. */
  deafenSome(share: number): void
  /** Each chunk arrives this much later. */
  delay(ms: number): void
  /** Resets every open connection. */
  cut(): void
  /** New connections are reset; or, when silent, accepted and never answered. */
  refuse(how?: "reset" | "silent"): void
  /** From now on everything is passed on. What was swallowed is lost. */
  heal(): void
  /** New connections go to another server. */
  retarget(url: string): void
  stop(): Promise<void>
}

/** Starts a proxy in this process in front of the server of a connection string. Stopped with the test. */
export async function startProxy(url: string): Promise<Proxy> {
  let target = new URL(url)
  const open = new Set<Socket>()
  const deafened = new WeakSet<Socket>()
  let deaf: Direction | undefined
  let delayMs = 0
  let refusing: "reset" | "silent" | undefined

  const server = createServer({ allowHalfOpen: true }, (client) => {
    track(client)
    if (refusing === "reset") client.resetAndDestroy()
    if (refusing) return
    const backend = connect({ port: Number(target.port), host: target.hostname, allowHalfOpen: true })
    track(backend)
    pass(client, backend, "toServer")
    pass(backend, client, "toClient")
  })
  await once(server.listen(0, "127.0.0.1"), "listening")

  const proxied = new URL(url)
  proxied.hostname = "127.0.0.1"
  proxied.port = String((server.address() as AddressInfo).port)
  const proxy: Proxy = {
    url: proxied.href,
    get connections() {
      return open.size / 2
    },
    deafen(direction = "both") {
      deaf = direction
    },
    deafenSome(share) {
      for (const socket of open) if (Math.random() < share) deafened.add(socket)
    },
    delay(ms) {
      delayMs = ms
    },
    cut() {
      for (const socket of open) socket.resetAndDestroy()
    },
    refuse(how = "reset") {
      refusing = how
    },
    heal() {
      deaf = undefined
      refusing = undefined
      delayMs = 0
    },
    retarget(other) {
      target = new URL(other)
    },
    async stop() {
      proxy.cut()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
  onTestFinished(proxy.stop)
  return proxy

  function track(socket: Socket): void {
    open.add(socket)
    socket.on("error", () => {})
    socket.on("close", () => open.delete(socket))
  }

  /** In order, also when the delay changes. An end or a reset is swallowed with the rest while the proxy is deaf. */
  function pass(from: Socket, to: Socket, direction: Direction): void {
    let last = Promise.resolve()
    const later = (act: () => void) => {
      const arrivesAtMs = performance.now() + delayMs
      last = last.then(async () => {
        const waitMs = arrivesAtMs - performance.now()
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
        if (!isDeaf(direction) && !deafened.has(from) && !deafened.has(to) && !to.destroyed) act()
      })
    }
    from.on("data", (chunk) => later(() => to.write(chunk)))
    from.on("end", () => later(() => to.end()))
    from.on("close", () => later(() => to.destroy()))
  }

  function isDeaf(direction: Direction): boolean {
    return deaf === "both" || deaf === direction
  }
}
