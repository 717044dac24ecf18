// The deployment as an SST component: `new Sluice(…)` in the `run` of an sst.config.ts. These files can use SST's
// globals (`sst`, `aws`, `$app`, …) because its bundler defines them in every .js and .ts file that a config imports,
// installed packages included. See docs/decisions/0009.

export type { ApiAttachment, PoolArgs, SluiceArgs } from "./args.ts"
export { type Connection, type Database, newNeonProject } from "./databases.ts"
export type { FunctionOption, FunctionSettings } from "./functions.ts"
export { Sluice } from "./sluice.ts"
export type { Transform } from "./transform.ts"
