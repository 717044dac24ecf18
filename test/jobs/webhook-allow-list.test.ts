import { expect, test } from "vitest"
import { parseAllowList } from "../../functions/jobs/webhook/allow-list.ts"

const list = parseAllowList(
  " hooks.internal, Localhost:4000,10.0.0.7 , 10.1.0.0/16,[::1]:80,fd00::/8, 192.168.0.5:8080,",
)

test("a name is matched exactly, whatever its case and final dot", () => {
  expect(list.hasName("hooks.internal", 1)).toBe(true)
  expect(list.hasName("hooks.internal.", 1)).toBe(true)
  expect(list.hasName("a.hooks.internal", 1)).toBe(false)
  expect(list.hasName("internal", 1)).toBe(false)
})

test("a port permits that port alone", () => {
  expect(list.hasName("localhost", 4000)).toBe(true)
  expect(list.hasName("localhost", 4001)).toBe(false)
  expect(list.hasAddress("::1", 80)).toBe(true)
  expect(list.hasAddress("::1", 8080)).toBe(false)
  expect(list.hasAddress("192.168.0.5", 8080)).toBe(true)
  expect(list.hasAddress("192.168.0.5", 80)).toBe(false)
})

test("an address and a network permit the addresses they hold", () => {
  expect(list.hasAddress("10.0.0.7", 1)).toBe(true)
  expect(list.hasAddress("10.0.0.8", 1)).toBe(false)
  expect(list.hasAddress("10.1.255.255", 1)).toBe(true)
  expect(list.hasAddress("10.2.0.0", 1)).toBe(false)
  expect(list.hasAddress("fdff::1", 1)).toBe(true)
  expect(list.hasAddress("fe80::1", 1)).toBe(false)
})

test("an address that is IPv4 in the dress of IPv6 is judged as that", () => {
  expect(list.hasAddress("::ffff:10.0.0.7", 1)).toBe(true)
  expect(list.hasAddress("::ffff:10.0.0.8", 1)).toBe(false)
})

test("an empty list permits nothing", () => {
  expect(parseAllowList("").hasName("localhost", 80)).toBe(false)
  expect(parseAllowList("").hasAddress("127.0.0.1", 80)).toBe(false)
})

for (const entry of [
  "*",
  "*.internal",
  "http://a",
  "a b",
  "10.0.0.0/33",
  "10.0.0/8",
  "fd00::/129",
  "a/8",
  "user@a",
  "a:99999",
  "10.0.0.0/8:80",
  ":80",
  "[::1",
]) {
  test(`the entry ${entry} is an error that says what to give`, () => {
    expect(() => parseAllowList(`good, ${entry}`)).toThrow(`SLUICE_WEBHOOK_ALLOW contains '${entry}'; give`)
  })
}
