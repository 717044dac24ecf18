// @ts-nocheck: the modules have no types, and the generated code says the same
import { PrismaPg } from "@prisma/adapter-pg"
import { getPrismaClient } from "@prisma/client/runtime/client"

export interface PrismaClient {
  $transaction(work: (transaction: PrismaTransaction) => Promise<void>): Promise<void>
  $disconnect(): Promise<void>
}

interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: unknown[]): PromiseLike<unknown>
}

/**
 * What `prisma generate` writes for a schema without models, on the adapter for pg. The command itself would add 230 MB to
 * every installation; test/consumers/next.test.ts runs it.
 */
export function createPrismaClient(connectionString: string): PrismaClient {
  const PrismaClient = getPrismaClient({
    previewFeatures: [],
    clientVersion: "7.10.0",
    engineVersion: "",
    activeProvider: "postgresql",
    inlineSchema: "",
    runtimeDataModel: { models: {}, enums: {}, types: {} },
    parameterizationSchema: { strings: [], graph: "AAAA" },
    compilerWasm: {
      getRuntime: () => import("@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs"),
      async getQueryCompilerWasmModule() {
        const { wasm } = await import(
          "@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs"
        )
        return new WebAssembly.Module(Buffer.from(wasm, "base64"))
      },
      importName: "./query_compiler_fast_bg.js",
    },
  })
  return new PrismaClient({ adapter: new PrismaPg({ connectionString }) })
}
