// Run by npm before start, test, check and build, on whatever Node the machine has: installs what is missing.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const OLDEST_NODE = 20
const root = join(dirname(fileURLToPath(import.meta.url)), "../..")
const nodePackage = join(root, "node_modules/node")
const nodeBinary = join(nodePackage, "bin/node")

if (!isInstalled() || !existsSync(nodeBinary)) {
  requireKnownSystem()
  if (!isInstalled()) installPackages()
  if (!answers(nodeBinary)) installNode()
}

/** Whether node_modules holds what package-lock.json asks for. npm keeps a list of what it has put there. */
function isInstalled() {
  const found = readPackages("node_modules/.package-lock.json")
  return Object.entries(readPackages("package-lock.json")).every(([path, wanted]) => {
    if (path === "") return true
    if (!found[path]) return wanted.optional // npm leaves out those for other systems.
    return found[path].version === wanted.version
  })
}

function readPackages(lockfile) {
  try {
    return JSON.parse(readFileSync(join(root, lockfile), "utf8")).packages
  } catch {
    return {}
  }
}

function requireKnownSystem() {
  const { platform, versions } = process
  if (Number.parseInt(versions.node, 10) < OLDEST_NODE) {
    fail(
      `This is Node ${versions.node}; Sluice needs ${OLDEST_NODE} or newer to set itself up. See https://nodejs.org`,
    )
  }
  if (platform !== "linux" && platform !== "darwin") {
    fail(`Sluice runs on Linux and macOS, not on ${platform}. On Windows, use it in WSL`)
  }
  if (platform === "linux" && !process.report.getReport().header.glibcVersionRuntime) {
    fail(
      "Sluice brings Node 24 and Postgres for glibc, which this Linux lacks. In a container, use node:24-slim or the like",
    )
  }
}

/** With the packages for development, whatever NODE_ENV says: Node 24 is one of them. */
function installPackages() {
  console.log("Installing packages with npm ci, which takes a minute the first time")
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--engine-strict=false"]
  const { status, error } = runNpm(["ci", "--include=dev", "--include=optional", ...quiet])
  if (status !== 0)
    fail(`npm ci failed${error ? ` (${error.message})` : ", see above"}. Mend that, and try again`)
}

/** What the install script of the package `node` does, for where npm was told not to run such scripts. */
function installNode() {
  const { version } = JSON.parse(readFileSync(join(nodePackage, "package.json"), "utf8"))
  console.log(`Installing Node ${version} for this project`)
  spawnSync(process.execPath, ["installArchSpecificPackage"], {
    cwd: nodePackage,
    stdio: ["ignore", "ignore", "inherit"],
  })
  if (answers(nodeBinary)) return
  fail(
    `Node ${version} could not be installed in ${nodePackage}, see above. Mend that, or delete node_modules, and try again`,
  )
}

function answers(node) {
  return spawnSync(node, ["--version"], { stdio: "ignore" }).status === 0
}

/** The npm that runs this, on its own Node: the one in node_modules vanishes while npm works there. */
function runNpm(parameters) {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env
  const options = { cwd: root, stdio: "inherit" }
  if (node && npm?.endsWith("npm-cli.js")) return spawnSync(node, [npm, ...parameters], options)
  return spawnSync("npm", parameters, options)
}

function fail(message) {
  console.error(`error: ${message}`)
  process.exit(1)
}
