import { InvalidPayloadError } from "@sluice/core"
import { expect, test } from "vitest"
import { useJobs } from "./jobs.ts"

const jobs = await useJobs()

const url = "https://example.org/hook"
const refused: [what: string, payload: unknown, path: (string | number)[]][] = [
  ["no URL", {}, ["url"]],
  ["a relative URL", { url: "/hook" }, ["url"]],
  ["a URL that is none", { url: "https://" }, ["url"]],
  ["a URL without slashes", { url: "http:example.org" }, ["url"]],
  ["another protocol", { url: "ftp://example.org" }, ["url"]],
  ["a file", { url: "file:///etc/passwd" }, ["url"]],
  ["credentials in the URL", { url: "https://user:secret@example.org" }, ["url"]],
  ["a user in the URL", { url: "https://user@example.org" }, ["url"]],
  ["a method that tunnels", { url, method: "CONNECT" }, ["method"]],
  ["a method that is none", { url, method: "GET / HTTP/1.1\r\nx: y" }, ["method"]],
  ["a body for GET", { url, method: "GET", body: "x" }, ["body"]],
  ["a header name with a line break", { url, headers: { "x\r\ny": "1" } }, ["headers", "x\r\ny"]],
  ["a header value with a line break", { url, headers: { x: "1\r\nevil: 1" } }, ["headers", "x"]],
  ["a header value with a bare line feed", { url, headers: { x: "1\nevil: 1" } }, ["headers", "x"]],
  ["a header value beyond Latin-1", { url, headers: { x: "東" } }, ["headers", "x"]],
  ["an expected status that is none", { url, expect: 99 }, ["expect"]],
  ["an empty list of statuses", { url, expect: [] }, ["expect"]],
  ["an unknown key", { url, timeout: 5 }, ["timeout"]],
  ...[
    "Host",
    "connection",
    "Content-Length",
    "transfer-encoding",
    "TE",
    "upgrade",
    "proxy-authorization",
    "Expect",
  ].map((name): [string, unknown, string[]] => [
    `the header ${name}`,
    { url, headers: { [name]: "x" } },
    ["headers", name],
  ]),
]

for (const [what, payload, path] of refused) {
  test(`${what} is refused at enqueue, with its place`, async () => {
    const error = await jobs.enqueue("webhook", payload).catch((error) => error)
    expect(error).toBeInstanceOf(InvalidPayloadError)
    expect(error.path).toEqual(["payload", ...path])
  })
}

test("what is allowed is taken", async () => {
  await jobs.enqueue("webhook", {
    url: "HTTPS://Example.org:8443/a?b#c",
    method: "DELETE",
    headers: { "x-a": "ü" },
    body: null,
    expect: [404, 204],
  })
  await jobs.enqueue("webhook", { url: "http://[2606:4700::1111]/" })
})
