import type { Readable } from "node:stream"
import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3"
import { InvalidInputError, type PayloadStore } from "@sluice/core"
import { assertKnownKeys } from "@sluice/core/checks"

export interface S3StoreOptions {
  /**
   * Name of the bucket. The functions that enqueue need `s3:PutObject` and `s3:DeleteObject` on it, those that perform or read
   * jobs `s3:GetObject` as well, and `s3:ListBucket`, without which S3 doesn't tell a missing object from a forbidden one.
   */
  readonly bucket: string | undefined
  /** Comes before each key. Default `"sluice/"`. */
  readonly prefix?: string
  /** Default: a client with the defaults of the AWS SDK, which is loaded when it is first needed. */
  readonly client?: S3Client
}

/** Larger than any payload or result that Sluice stores. */
const MOST_BYTES = 8 * 1024 * 1024

/** For `createSluice({ payloads: { store } })`: keeps large payloads and results in a bucket of S3, or of a service like it. */
export function createS3Store(options: S3StoreOptions): PayloadStore {
  assertKnownKeys(options, ["bucket", "prefix", "client"], ["createS3Store"])
  const { bucket, prefix = "sluice/" } = options
  let { client } = options
  return {
    async put(key, bytes) {
      const { s3, PutObjectCommand } = await open()
      await s3.send(new PutObjectCommand({ ...at(key), Body: bytes, ContentType: "application/json" }))
    },
    async get(key, { signal } = {}) {
      const { s3, GetObjectCommand, NoSuchKey } = await open()
      try {
        const got = await s3.send(new GetObjectCommand(at(key)), signal && { abortSignal: signal })
        return await readBody(got)
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },
    async delete(keys) {
      const { s3, DeleteObjectsCommand } = await open()
      const Objects = keys.map((key) => ({ Key: prefix + key }))
      const { Errors } = await s3.send(
        new DeleteObjectsCommand({ Bucket: bucketName(), Delete: { Objects, Quiet: true } }),
      )
      const [failed] = Errors ?? []
      if (failed) throw new Error(`S3 could not delete ${failed.Key}: ${failed.Code} ${failed.Message}`)
    },
  }

  /** The SDK is a part of Lambda's runtime. Loading it takes longer than most drains need, which have no large payloads. */
  async function open() {
    const sdk = await import("@aws-sdk/client-s3")
    client ??= new sdk.S3Client()
    return { ...sdk, s3: client }
  }

  function at(key: string) {
    return { Bucket: bucketName(), Key: prefix + key }
  }

  /** Not before it is needed: the variable that it comes from is often not set where an app is built. */
  function bucketName(): string {
    if (bucket) return bucket
    const message = "The bucket of createS3Store({ bucket }) is missing: give the name of a bucket"
    throw new InvalidInputError("invalid_option", message, { path: ["bucket"] })
  }
}

/** Anybody who may write to the bucket could otherwise use up the memory of a drainer. Services like S3 may not tell the size. */
async function readBody({ ContentLength = 0, Body }: GetObjectCommandOutput): Promise<Uint8Array> {
  const body = Body as Readable
  if (ContentLength > MOST_BYTES) throw tooLarge(ContentLength, body)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw tooLarge(bytes, body)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(bytes: number, body: Readable): Error {
  body.destroy()
  return new Error(`The object has ${bytes} bytes, more than ${MOST_BYTES}`)
}
