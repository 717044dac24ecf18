import { isRecord, refuse } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { assertConnected, isPool } from "./assert-connection.ts"
import type { Queryable } from "./connection.ts"

/**
 * A transaction of the library that the app uses: a client of pg or Neon, `sql` in `sql.begin` of postgres.js, `tx` of
 * Drizzle, `trx` of Kysely or Knex, `tx` of Prisma, the `EntityManager` or `QueryRunner` of TypeORM, `t` of pg-promise.
 * Each is recognised by its method.
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
/** Also that of pg-promise: both return only the rows. */
interface TypeOrmTransaction {
  query(text: string, values?: any[]): PromiseLike<any>
}
// biome-ignore-end lint/suspicious/noExplicitAny: see above

const ACCEPTED_CLIENTS =
  "the transaction of pg, postgres.js, Drizzle, Kysely, Knex, Prisma, TypeORM or pg-promise, or an object with the same query(text, values)"

/** Wraps the client so that it runs a statement. Statements must use each `$n` once, in order. */
export function asQueryable(client: TransactionClient): Queryable {
  if (typeof client === "object" && client !== null) assertConnected(client, "transaction")
  refuseOutside(client)
  // another library, whose `execute` differs from Drizzle's
  if (has(client, "getTransactionContext")) return refuseClient(client)
  if (has(client, "executeQuery"))
    return toQueryable((text, values) => client.executeQuery(compileForKysely(text, values)))
  if (has(client, "execute")) return toQueryable((text, values) => client.execute(drizzleSql(text, values)))
  if (has(client, "$queryRawUnsafe"))
    return toQueryable((text, values) => client.$queryRawUnsafe(text, ...values))
  if (has(client, "unsafe")) return toQueryable((text, values) => client.unsafe(text, values))
  if (has(client, "raw"))
    return toQueryable((text, values) => client.raw(text.replaceAll(/\$\d+/g, "?"), values))
  if (has(client, "query")) return toQueryable((text, values) => client.query(text, values))
  return refuseClient(client)
}

/** The message has no value: settings of a connection, given in place of one, may have a password. */
function refuseClient(client: unknown): never {
  const type = client === null ? "null" : `of type ${typeof client}`
  throw new InvalidInputError("invalid_option", `transaction is ${type}: give ${ACCEPTED_CLIENTS}`, {
    path: ["transaction"],
  })
}

/** What each library has for statements outside of a transaction: a job stored with it would survive a rollback. */
const OUTSIDE: readonly [what: string, is: (client: TransactionClient) => boolean][] = [
  ["a pool", isPool],
  ["Drizzle's database on a pool", (client) => isPool((client as { $client?: unknown }).$client)],
  ["Kysely's database", (client) => (client as { isTransaction?: unknown }).isTransaction === false],
  ["the sql of postgres.js", (client) => has(client, "unsafe") && "begin" in client],
  [
    "Prisma's client",
    (client) => has(client, "$queryRawUnsafe") && "$connect" in client && !!client.$connect,
  ],
  ["TypeORM's DataSource", (client) => "createQueryRunner" in client],
  ["the database of pg-promise", (client) => "$pool" in client],
]

function refuseOutside(client: TransactionClient): void {
  if (!isRecord(client) && typeof client !== "function") return
  const outside = OUTSIDE.find(([, is]) => is(client))
  if (!outside) return
  const message = `transaction is ${outside[0]}, whose statements are not part of a transaction: give ${ACCEPTED_CLIENTS}`
  throw new InvalidInputError("invalid_option", message, { path: ["transaction"] })
}

function has<Method extends string>(
  client: TransactionClient,
  method: Method,
): client is Extract<TransactionClient, Record<Method, unknown>> {
  return typeof (client as unknown as Record<string, unknown> | null)?.[method] === "function"
}

/** Some libraries return the rows, others a result with rows. */
function toQueryable(run: (text: string, values: unknown[]) => PromiseLike<unknown>): Queryable {
  return {
    async query(text, values = []) {
      const result = await run(text, values)
      const rows = Array.isArray(result) ? [...result] : isRecord(result) ? result.rows : undefined
      if (Array.isArray(rows) && rows.every(isRecord)) return { rows, rowCount: rows.length }
      return refuse(
        "invalid_option",
        result,
        ["transaction", "query()"],
        `a client whose query returns rows: ${ACCEPTED_CLIENTS}`,
      )
    },
  }
}

/** The same as Kysely's `CompiledQuery.raw`. */
function compileForKysely(text: string, parameters: unknown[]) {
  return {
    sql: text,
    parameters,
    query: { kind: "RawNode", sqlFragments: [text], parameters: [] },
    queryId: {},
  }
}

/** The part of Drizzle's `SQL` that `execute` needs, for a statement that is text already. */
function drizzleSql(text: string, params: unknown[]) {
  const statement = { toQuery: () => ({ sql: text, params }), getSQL: () => statement }
  return statement
}
