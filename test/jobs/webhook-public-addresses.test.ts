import { expect, test } from "vitest"
import { isPublicAddress } from "../../functions/jobs/webhook/public-address.ts"

// Beginnings and ends of what the registries of IANA call special, and what lies beside them:
// https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry
const PUBLIC = [
  ...["1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "126.255.255.255", "128.0.0.0"],
  ...["169.253.255.255", "169.255.0.0", "172.15.255.255", "192.0.1.0", "192.167.255.255", "192.169.0.0"],
  ...["198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::", "2400::", "2a00:1450:4001::200e"],
  ...["2001:4860:4860:0:0:0:0:8888", "2003::", "3ffe::1", "0:0:0:0:0:ffff:8.8.8.8", "::FFFF:0808:0808"],
  "8.8.8.8",
  "172.32.0.1",
  "100.128.0.1",
  "2606:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
]

const RESERVED = [
  ...["0.255.255.255", "10.0.0.0", "127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0"],
  ...["192.0.0.8", "192.88.99.2", "198.18.0.0", "198.51.100.0", "239.255.255.255", "255.255.255.255"],
  // other spellings of an address are not addresses here: the URL parser has made them plain
  ...["127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.0.0.1%eth0", "::1%1", "[::1]", " 8.8.8.8"],
  // mapped (::ffff:0:0/96), and what looks as if it were
  ...["::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:a9fe:a9fe", "::ffff:0.0.0.0", "::ffff:8:8:8:8"],
  // translated (::ffff:0:0:0/96), compatible (::/96), NAT64 for public and for local use, ISATAP
  ...["::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", "::8.8.8.8", "::a00:1", "::7f00:1", "64:ff9b::7f00:1"],
  ...["64:ff9b::a9fe:a9fe", "64:ff9b:0:0:0:0:127.0.0.1", "64:ff9b:1::", "64:ff9b:1:ffff::7f00:1"],
  ...["64:ff9b:2::1", "fe80::5efe:7f00:1"],
  // 6to4 and Teredo lead to IPv4 through tunnels; dummy prefix, benchmarks, AMT, AS112, ORCHIDs, SRv6, documentation
  ...["2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1", "100:0:0:1::"],
  ...["2001:2::", "2001:3::1", "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:1ff::"],
  ...["2620:4f:8000::1", "5f00::", "2001:db8:ffff::", "3fff:fff::", "fdff::", "fe80::", "febf::1"],
  ...["fec0::", "feff::1", "ff00::", "ffff::1", "4000::", "::2", "1::1"],
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
