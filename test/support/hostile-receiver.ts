import { type AddressInfo, createServer, type Socket } from "node:net"
import { afterAll } from "vitest"

type Attack = (socket: Socket) => void

/** Ways in which a server may leave a request without an answer, or answer without end. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  "an upgrade": say("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
  "an upgrade without its headers": say("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
  "nothing but 100 Continue": say("HTTP/1.1 100 Continue\r\n\r\n"),
  "early hints without end": flood("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
  silence: () => {},
  "an end": (socket) => socket.end(),
  "a reset": (socket) => socket.resetAndDestroy(),
  "another protocol": say("SSH-2.0-OpenSSH_9.2p1\r\n"),
  "half a header": say("HTTP/1.1 200 OK\r\ncontent-ty"),
  "a reset in the headers": sayAndReset("HTTP/1.1 200 OK\r\ncontent-ty"),
  "a status without end": flood("HTTP/1.1 200 ", "OK"),
  "headers without end": flood("HTTP/1.1 200 OK\r\n", `x-a: ${"a".repeat(1_000)}\r\n`),
  "two lengths": say("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}"),
  "half a body": say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"),
  "a reset in the body": sayAndReset("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"),
  "a body that ends too soon": (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"),
  "a body that trickles": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    const timer = setInterval(() => socket.write(" "), 10)
    socket.on("close", () => clearInterval(timer))
  },
  "a chunk's length without end": flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "0"),
  "a chunk's extension without end": flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "a"),
  "trailers without end": flood(
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n",
    "x-a: a\r\n",
  ),
}

/**
 * A server on loopback that attacks whoever asks for `/<name of the attack>`; or, told one, anybody at all, those who
 * begin a handshake of TLS included. Called at the top of the file.
 */
export async function startHostileReceiver(only?: string) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
    socket.on("close", () => sockets.delete(socket))
    socket.once("data", (data) => {
      const [, path = ""] = data.toString().split(/[ /]+/)
      ATTACKS[only ?? decodeURIComponent(path)]?.(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    port,
    connections: () => sockets.size,
    urlOf: (attack: string) => `http://127.0.0.1:${port}/${encodeURIComponent(attack)}`,
  }
}

function say(text: string): Attack {
  return (socket) => void socket.write(text)
}

function sayAndReset(text: string): Attack {
  return (socket) => void socket.write(text, () => socket.resetAndDestroy())
}

function flood(beginning: string, more: string): Attack {
  const piece = more.repeat(Math.ceil(65_536 / more.length))
  return (socket) => {
    const pour = () => {
      while (socket.writable && socket.write(piece));
      socket.once("drain", pour)
    }
    socket.write(beginning)
    pour()
  }
}
