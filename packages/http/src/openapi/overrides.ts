import {
  overrideLimit,
  overrideRate,
  removeLimitOverride,
  removeRateOverride,
} from "../api/override-routes.ts"
import { type Described, describe } from "./describe.ts"
import { durationUpTo, key } from "./values.ts"

const limitOverride = {
  type: "object",
  additionalProperties: false,
  required: ["limit"],
  properties: {
    limit: {
      type: "integer",
      minimum: 1,
      maximum: 1_000_000,
      description: "How many of the key's jobs may run at once, whatever they ask for.",
    },
  },
}

export const overrideSchemas = {
  LimitOverride: limitOverride,
  OverriddenLimit: {
    type: "object",
    required: ["name", "limit"],
    properties: { name: { type: "string" }, limit: { type: ["integer", "null"] } },
  },
  RateOverride: {
    type: "object",
    additionalProperties: false,
    required: ["limit", "per"],
    description: "How many of the key's jobs may start in a time, whatever they ask for.",
    properties: { limit: limitOverride.properties.limit, per: durationUpTo(31 * 86_400, 1) },
  },
  OverriddenRate: {
    type: "object",
    required: ["name", "rate"],
    properties: { name: { type: "string" }, rate: { type: ["object", "null"] } },
  },
}

export const overrideOperations: readonly Described[] = [
  describe(overrideLimit, {
    id: "overrideLimit",
    tag: "limits",
    summary: "Set how many jobs of a concurrency key may run at once",
    parameters: { name: key },
    body: "LimitOverride",
    responses: {
      200: { description: "It holds from now on, through deployments.", body: "OverriddenLimit" },
    },
  }),
  describe(removeLimitOverride, {
    id: "removeLimitOverride",
    tag: "limits",
    summary: "Let as many jobs of a concurrency key run at once as they ask for",
    parameters: { name: key },
    responses: { 200: { description: "What its jobs ask for holds again.", body: "OverriddenLimit" } },
  }),
  describe(overrideRate, {
    id: "overrideRate",
    tag: "limits",
    summary: "Set how many jobs of a rate's key may start within a time",
    parameters: { name: key },
    body: "RateOverride",
    responses: { 200: { description: "It holds from now on, through deployments.", body: "OverriddenRate" } },
  }),
  describe(removeRateOverride, {
    id: "removeRateOverride",
    tag: "limits",
    summary: "Let jobs of a rate's key start as they ask for",
    parameters: { name: key },
    responses: { 200: { description: "What its jobs ask for holds again.", body: "OverriddenRate" } },
  }),
]
