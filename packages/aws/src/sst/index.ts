// The deployment as a component for SST: `new Sluice(…)` in the `run` of an sst.config.ts. These files see SST's
// globals (`sst`, `aws`, `$app`, …) because its bundler gives them to every .js and .ts file that a config imports,
// installed packages included. See docs/decisions/0009.

export { type Database, newAurora, newNeonProject } from "./databases.ts"
export type { FunctionSettings } from "./functions.ts"
export { Sluice, type SluiceArgs } from "./sluice.ts"
