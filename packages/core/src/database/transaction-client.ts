import { isRecord, refuse } from "../checks/validate.ts"
import type { Queryable } from "./connection.ts"

/**
 * What a transaction is given as, in the libraries that apps use: a pg or Neon client, `sql` of postgres.js in
 * `sql.begin`, `tx` of Drizzle, `trx` of Kysely or Knex, `tx` of Prisma, the `EntityManager` or `QueryRunner` of TypeORM,
 * `t` of pg-promise. Each is recognised by its method.
 */
export type TransactionClient =
  | Queryable
  | PostgresJsTransaction
  | DrizzleTransaction
  | KyselyTransaction
  | KnexTransaction
  | PrismaTransaction
  | TypeOrmTransaction

// biome-ignore-start lint/suspicious/noExplicitAny: the libraries' own types are generic beyond what is used of them
interface PostgresJsTransaction {
  unsafe(text: string, values?: any[]): PromiseLike<any>
}
interface DrizzleTransaction {
  execute(query: any): PromiseLike<any>
}
interface KyselyTransaction {
  executeQuery(query: any): Promise<any>
}
interface KnexTransaction {
  raw(text: string, values: any): PromiseLike<any>
}
interface PrismaTransaction {
  $queryRawUnsafe(text: string, ...values: any[]): PromiseLike<any>
}
/** Of pg-promise as well: both answer with the rows alone. */
interface TypeOrmTransaction {
  query(text: string, values?: any[]): PromiseLike<any>
}
// biome-ignore-end lint/suspicious/noExplicitAny: see above

const TAKEN =
  "the transaction of pg, postgres.js, Drizzle, Kysely, Knex, Prisma, TypeORM or pg-promise, or what has their query(text, values)"

/** The client as something that runs a statement. Statements use each `$n` once, in order. */
export function asQueryable(client: TransactionClient): Queryable {
  // its `execute` is another than Drizzle's
  if (has(client, "getTransactionContext")) return refuse("invalid_option", client, ["transaction"], TAKEN)
  if (has(client, "executeQuery"))
    return rowsOf((text, values) => client.executeQuery(compiled(text, values)))
  if (has(client, "execute")) return rowsOf((text, values) => client.execute(drizzleSql(text, values)))
  if (has(client, "$queryRawUnsafe")) return rowsOf((text, values) => client.$queryRawUnsafe(text, ...values))
  if (has(client, "unsafe")) return rowsOf((text, values) => client.unsafe(text, values))
  if (has(client, "raw")) return rowsOf((text, values) => client.raw(text.replaceAll(/\$\d+/g, "?"), values))
  if (has(client, "query")) return rowsOf((text, values) => client.query(text, values))
  return refuse("invalid_option", client, ["transaction"], TAKEN)
}

function has<Method extends string>(
  client: TransactionClient,
  method: Method,
): client is Extract<TransactionClient, Record<Method, unknown>> {
  return typeof (client as unknown as Record<string, unknown> | null)?.[method] === "function"
}

/** Some answer with the rows, others with a result that has them. */
function rowsOf(run: (text: string, values: unknown[]) => PromiseLike<unknown>): Queryable {
  return {
    async query(text, values = []) {
      const result = await run(text, values)
      const rows = Array.isArray(result) ? [...result] : isRecord(result) ? result.rows : undefined
      if (Array.isArray(rows) && rows.every(isRecord)) return { rows, rowCount: rows.length }
      return refuse(
        "invalid_option",
        result,
        ["transaction", "query()"],
        `a client that answers with rows: ${TAKEN}`,
      )
    },
  }
}

/** What Kysely's `CompiledQuery.raw` makes. */
function compiled(text: string, parameters: unknown[]) {
  return {
    sql: text,
    parameters,
    query: { kind: "RawNode", sqlFragments: [text], parameters: [] },
    queryId: {},
  }
}

/** As much of Drizzle's `SQL` as `execute` asks for: a statement that is text already. */
function drizzleSql(text: string, params: unknown[]) {
  const statement = { toQuery: () => ({ sql: text, params }), getSQL: () => statement }
  return statement
}
