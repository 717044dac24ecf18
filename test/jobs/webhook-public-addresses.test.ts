import { expect, test } from "vitest"
import { isPublicAddress } from "../../functions/jobs/webhook/public-address.ts"

const PUBLIC = [
  "8.8.8.8",
  "172.32.0.1",
  "100.128.0.1",
  "2606:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
]

const RESERVED = [
  ...[
    "0.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "169.254.170.2",
    "172.31.255.255",
  ],
  ...["192.0.0.192", "192.0.2.1", "192.168.255.255", "198.19.0.1", "203.0.113.9", "224.0.0.251", "240.0.0.1"],
  ...[
    "::",
    "::1",
    "::127.0.0.1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::fb",
  ],
  ...["::ffff:10.0.0.1", "::ffff:a00:1", "64:ff9b::10.0.0.1", "64:ff9b::", "64:ff9b:1::808:808", "2001::1"],
  ...["2001:db8::1", "2002:a00:1::", "3fff::1", "5f00::1", "not an address", ""],
]

for (const address of PUBLIC) test(`${address} is public`, () => expect(isPublicAddress(address)).toBe(true))
for (const address of RESERVED)
  test(`'${address}' is not public`, () => expect(isPublicAddress(address)).toBe(false))
