import { createApiKey, listActions, listApiKeys, revokeApiKey, rotateApiKey } from "../api/access-routes.ts"
import { component, type Described, describe, type Schema, schemasOf } from "./describe.ts"
import { afterNote, instant, instantOrNull, limitNote } from "./values.ts"

const keyId = { type: "string", pattern: "^[0-9]{1,15}$", examples: ["12"] }
const role = {
  enum: ["enqueuer", "reader", "operator", "admin"],
  description:
    "enqueuer: stores jobs, reads nothing. reader: reads, changes nothing. operator: both, and acts on jobs, queues and schedules. admin: also manages keys.",
}
const via = { enum: ["api", "dashboard", "cli", "library"] }

const ofKeys = {
  name: "What the key is for.",
  role: role.description,
  names: "Of an enqueuer: the jobs that it may enqueue. Default: any.",
  queues:
    "Of an enqueuer: the queues that it may enqueue to. With several, each job has to name its queue. Default: any.",
  expiresAt: "When it ends: an instant that lies ahead. Default: when it is revoked.",
  expiresIn: "After how long it ends, instead of `expiresAt`.",
}

/** Only enqueuers are limited to names and queues. */
const ofRoles = {
  if: { properties: { role: { const: "enqueuer" } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {},
  else: { properties: { names: false, queues: false } },
}

const settings = component("ApiKeySettings", createApiKey.body, ofKeys, { schema: ofRoles })

const rotation = component("ApiKeyRotation", rotateApiKey.body, {
  overlap: "How long the old secret stays valid, up to 90 days. Default 24 hours.",
})

const apiKey = {
  type: "object",
  required: [
    "id",
    "name",
    "hint",
    "role",
    "names",
    "queues",
    "createdAt",
    "createdBy",
    "expiresAt",
    "rotatedAt",
    "oldSecretUntil",
    "revokedAt",
    "lastUsedAt",
  ],
  properties: {
    id: keyId,
    name: { type: "string" },
    hint: { type: "string", description: "How the secret begins.", examples: ["sluice_reader_4f0c"] },
    role,
    names: { type: ["array", "null"], items: { type: "string" } },
    queues: { type: ["array", "null"], items: { type: "string" } },
    createdAt: instant,
    createdBy: { type: ["string", "null"], examples: ["key:7"] },
    expiresAt: instantOrNull,
    rotatedAt: instantOrNull,
    oldSecretUntil: {
      ...instantOrNull,
      description: "Until when the secret before the last rotation is valid; null: it isn't.",
    },
    revokedAt: instantOrNull,
    lastUsedAt: { ...instantOrNull, description: "When it was last verified, to an hour." },
  },
}

const newApiKey = {
  ...apiKey,
  required: [...apiKey.required, "secret"],
  properties: {
    ...apiKey.properties,
    secret: { type: "string", description: "What is sent as the key. It is not shown again." },
  },
}

const action = {
  type: "object",
  required: [
    "id",
    "at",
    "actor",
    "via",
    "action",
    "target",
    "outcome",
    "endedAt",
    "matched",
    "changed",
    "detail",
  ],
  properties: {
    id: { type: "string" },
    at: instant,
    actor: {
      type: "object",
      required: ["id", "name"],
      properties: { id: { type: "string", examples: ["key:12"] }, name: { type: "string" } },
    },
    via,
    action: { type: "string", examples: ["retryJobs"] },
    target: { type: "object", additionalProperties: true },
    outcome: {
      enum: ["done", "failed", null],
      description: "null: it is under way, or its process ended in the middle of it.",
    },
    endedAt: instantOrNull,
    matched: { type: ["integer", "null"], description: "How many jobs a filter matched." },
    changed: { type: ["integer", "null"] },
    detail: { type: ["object", "null"], additionalProperties: true },
  },
}

export const accessSchemas = {
  ...schemasOf(settings, rotation),
  ApiKey: apiKey,
  NewApiKey: newApiKey,
  ApiKeys: listOf("keys", "ApiKey"),
  Action: action,
  Actions: {
    ...listOf("actions", "Action"),
    properties: {
      ...listOf("actions", "Action").properties,
      next: { type: "string", description: "Set if there may be more: send it as `after`." },
    },
  },
}

export const accessOperations: readonly Described[] = [
  describe(listApiKeys, {
    id: "listApiKeys",
    tag: "access",
    summary: "List the API keys, without their secrets",
    parameters: {
      after: "Only keys that were made after the one with this id.",
    },
    responses: { 200: { description: "Up to 1,000 keys, revoked ones too.", body: "ApiKeys" } },
  }),
  describe(createApiKey, {
    id: "createApiKey",
    tag: "access",
    summary: "Make an API key",
    body: settings,
    responses: { 201: { description: "The key, with its secret.", body: "NewApiKey" } },
  }),
  describe(rotateApiKey, {
    id: "rotateApiKey",
    tag: "access",
    summary: "Give an API key a new secret; the one before stays valid for a while",
    body: rotation,
    responses: { 200: { description: "The key, with its new secret.", body: "NewApiKey" } },
    problems: [404],
  }),
  describe(revokeApiKey, {
    id: "revokeApiKey",
    tag: "access",
    summary:
      "End an API key, and the job tokens that it asked for. Processes that have just verified it accept it for up to 30 seconds",
    responses: { 200: { description: "The key.", body: "ApiKey" } },
    problems: [404],
  }),
  describe(listActions, {
    id: "listActions",
    tag: "access",
    summary: "Read the audit log: who has done what in the last 90 days, the latest first",
    parameters: {
      actor: "Only those of this actor: `key:12`.",
      action: "Only those with this verb: `retryJobs`.",
      via: "Only those done on this way.",
      limit: limitNote("100"),
      after: afterNote,
    },
    responses: { 200: { description: "A page of the log.", body: "Actions" } },
  }),
]

function listOf(member: string, component: string): { type: string; required: string[]; properties: Schema } {
  return {
    type: "object",
    required: [member],
    properties: { [member]: { type: "array", items: { $ref: `#/components/schemas/${component}` } } },
  }
}
