// Runs a config's `run` with SST's real components, and prints the resources that Pulumi is asked for. No cloud is
// reached: Pulumi's mocks answer in the place of providers, and a server on loopback in the place of SST's CLI.
// A process of its own, because SST changes the working directory and lets a missing secret end the process.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Resource, SynthOptions } from "./synth.ts"

const { root, config, stage, workDir } = JSON.parse(process.argv[2] ?? "") as SynthOptions
const platform = join(root, ".sst/platform")
const require = createRequire(join(platform, "package.json"))
const { build } = require("esbuild")
const pulumi = require("@pulumi/pulumi")

/** As the CLI bundles a config (pkg/js/js.go): its globals are put before every .js and .ts file outside `.sst`. */
const GLOBALS = [
  'import * as aws from "@pulumi/aws"',
  `import * as sst from "${platform}/src/components"`,
  'import * as neon from "@sst-provider/neon"',
].join("\n")
const BANNER = `import { createRequire as topLevelCreateRequire } from "module"
const require = topLevelCreateRequire(import.meta.url)
import { fileURLToPath as topLevelFileUrlToPath } from "url"
const __filename = topLevelFileUrlToPath(import.meta.url)
const __dirname = topLevelFileUrlToPath(new URL(".", import.meta.url))`
const EXTERNAL = ["@pulumi/*", "undici", "@pulumiverse/*", "@sst-provider/*", "@aws-sdk/*", "esbuild", "archiver", "glob", "vite"]
