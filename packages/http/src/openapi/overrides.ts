import {
  overrideLimit,
  overrideRate,
  removeLimitOverride,
  removeRateOverride,
} from "../api/override-routes.ts"
import { component, type Described, describe, schemasOf } from "./describe.ts"

const limit = "How many of the key's jobs may run at once, whatever they ask for."
const limitOverride = component("LimitOverride", overrideLimit.body, { limit })

const rateOverride = component(
  "RateOverride",
  overrideRate.body,
  { limit: "In no window of the length `per` do more of them start.", per: 'From "1s" to "31d".' },
  { description: "How many of the key's jobs may start in a time, whatever they ask for." },
)

export const overrideSchemas = {
  ...schemasOf(limitOverride, rateOverride),
  OverriddenLimit: {
    type: "object",
    required: ["name", "limit"],
    properties: { name: { type: "string" }, limit: { type: ["integer", "null"] } },
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
    body: limitOverride,
    responses: {
      200: { description: "It holds from now on, through deployments.", body: "OverriddenLimit" },
    },
  }),
  describe(removeLimitOverride, {
    id: "removeLimitOverride",
    tag: "limits",
    summary: "Let as many jobs of a concurrency key run at once as they ask for",
    responses: { 200: { description: "What its jobs ask for holds again.", body: "OverriddenLimit" } },
  }),
  describe(overrideRate, {
    id: "overrideRate",
    tag: "limits",
    summary: "Set how many jobs of a rate's key may start within a time",
    body: rateOverride,
    responses: { 200: { description: "It holds from now on, through deployments.", body: "OverriddenRate" } },
  }),
  describe(removeRateOverride, {
    id: "removeRateOverride",
    tag: "limits",
    summary: "Let jobs of a rate's key start as they ask for",
    responses: { 200: { description: "What its jobs ask for holds again.", body: "OverriddenRate" } },
  }),
]
