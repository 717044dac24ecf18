// `npm run openapi` writes the document to the module from which it is served. A test fails if that is stale.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { compress } from "./compress.ts"

writeFileSync(
  join(import.meta.dirname, "compressed.ts"),
  `// Written by \`npm run openapi\`. Resolve conflicts by running it.\nexport const COMPRESSED =\n  "${compress()}"\n`,
)
