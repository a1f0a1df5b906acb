/** The schema of a configuration file. Loaded only where there is something to check. */
import { z } from 'zod'

const Text = z.string().min(1)
const Fraction = z.number().min(0).max(1)

/** As many keys as a node accepts beside its own. */
const MAX_ACCEPTED_KEYS = 4

/** As much as one relayed connection may carry. */
const MAX_RELAY_BYTES = 2 ** 40

const MAX_PORT = 65_535

/** `off`, a port, or a host and a port. */
const HTTP = /^(?:off|(?:(?:\[[\da-f:]+\]|[^:[\]\s]+):)?\d{1,5})$/i

export const ConfigurationFile = z.strictObject({
  'data-dir': Text.optional(),
  listen: z.array(Text).min(1).optional(),
  announce: z.array(Text).optional(),
  lan: z.boolean().optional(),
  relay: z.boolean().optional(),
  'relay-limits': z
    .strictObject({
      reservations: z.int().min(1).max(1000).optional(),
      bytes: z.int().min(1).max(MAX_RELAY_BYTES).optional(),
      seconds: z.int().min(1).max(86_400).optional()
    })
    .optional(),
  bootstrap: z.array(Text).optional(),
  swarm: Text.max(128).optional(),
  'swarm-key': Text.optional(),
  'accept-swarm-key': z.array(Text).max(MAX_ACCEPTED_KEYS).optional(),
  'renew-members': z.boolean().optional(),
  gossip: z.boolean().optional(),
  light: z.boolean().optional(),
  k: z.int().min(1).max(1000).optional(),
  'adopt-skills': z.boolean().optional(),
  'publish-skills': z.boolean().optional(),
  'skill-receipts': z.enum(['tests', 'runs']).optional(),
  models: Text.optional(),
  http: z.union([z.string().regex(HTTP), z.int().min(0).max(MAX_PORT)]).optional(),
  'log-level': z.enum(['error', 'warn', 'info', 'debug', 'trace']).optional(),
  'log-format': z.enum(['text', 'json']).optional(),
  'http-host': z.array(z.string().regex(/^[\w.-]+$/)).optional(),
  quota: z
    .strictObject({ facts: z.int().min(1).optional(), bytes: z.int().min(1).optional() })
    .optional(),
  anonymity: z.strictObject({ 'known-names': z.array(Text).optional() }).optional(),
  embeddings: z
    .strictObject({
      'base-url': z.url({ protocol: /^https?$/ }).optional(),
      model: Text.optional(),
      'key-file': Text.optional(),
      dimensions: z.int().min(1).max(16_384).optional(),
      private: z.boolean().optional()
    })
    .optional(),
  recall: z
    .strictObject({
      limit: z.int().min(1).max(1000).optional(),
      'min-relevance': Fraction.optional()
    })
    .optional(),
  context: z.strictObject({ budget: z.int().min(1).max(1_000_000).optional() }).optional(),
  broadcast: z.strictObject({ 'min-confidence': Fraction.optional() }).optional()
})
