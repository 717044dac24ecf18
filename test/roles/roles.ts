import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import pg from "pg"
import { afterAll, inject } from "vitest"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { databaseUrl } from "../support/database-url.ts"

const KINDS = ["enqueuer", "drainer", "reader"] as const
export type Kind = "owner" | (typeof KINDS)[number]

export interface Roles {
  readonly database: TestDatabase
  readonly names: Readonly<Record<Kind, string>>
  /** The address by which a login role connects. */
  url(kind: Kind): string
  pool(kind: Kind): pg.Pool
}

/** An empty database with a schema that a role without other rights owns, and roles to have the rights of docs/grants.sql. */
export async function createRoles(): Promise<Roles> {
  const pools: pg.Pool[] = []
  const suffix = randomBytes(4).toString("hex")
  const names = Object.fromEntries(["owner", ...KINDS].map((kind) => [kind, `${kind}_${suffix}`])) as Record<
    Kind,
    string
  >
  // before the database's own, whose hook so runs first: a role can't be dropped while it has rights there
  afterAll(() =>
    superuser((client) =>
      client.query(
        `drop role if exists ${KINDS.flatMap((kind) => [names[kind], group(kind)])}, ${names.owner}`,
      ),
    ),
  )
  const database = await createDatabase("template0")
  afterAll(() => Promise.all(pools.map((pool) => pool.end())))
  await superuser(async (client) => {
    for (const name of Object.values(names)) await client.query(`create role ${name} login password 'secret'`)
  })
  await database.pool.query(`revoke create, temporary on database ${database.name} from public`)
  await database.pool.query(`create schema sluice authorization ${names.owner}`)

  return {
    database,
    names,
    url: urlOf,
    pool(kind) {
      const pool = new pg.Pool({ connectionString: urlOf(kind), max: 3 })
      pool.on("error", () => {})
      pools.push(pool)
      return pool
    },
  }

  function group(kind: Kind): string {
    return `sluice_${kind}_${suffix}`
  }

  function urlOf(kind: Kind): string {
    const url = new URL(database.url)
    url.username = names[kind]
    url.password = "secret"
    return url.href
  }
}

/** Runs docs/grants.sql as the owner, for group roles of this test's own, and makes the login roles their members. */
export async function grantRights({ names, database }: Roles, owner: pg.Pool): Promise<void> {
  const suffix = names.owner.slice("owner_".length)
  const text = await readFile(new URL("../../docs/grants.sql", import.meta.url), "utf8")
  const sql = text.replaceAll(/sluice_(enqueuer|drainer|reader)/g, `sluice_$1_${suffix}`)
  await database.pool.query(`alter role ${names.owner} createrole`)
  await owner.query(sql)
  for (const kind of KINDS) await database.pool.query(`grant sluice_${kind}_${suffix} to ${names[kind]}`)
}

async function superuser(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(inject("postgresUrl"), "postgres") })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
