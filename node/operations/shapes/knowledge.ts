/** Shapes of facts, insights and what is found of them. */
import { z } from 'zod'
import { Confidence, Count, InstructionFlag, Moment, Tags, Time } from './common.ts'

/** Of a lesson. */
const lesson = {
  action: z.string().optional().meta({ description: 'What to do' }),
  versions: z.string().optional().meta({ description: 'What it holds for, such as "npm >=10"' }),
  verify: z.string().optional().meta({ description: 'The id of a skill that verifies it' })
} as const

/** A fact to store. */
export const FactIn = z
  .strictObject({
    kind: z.enum(['fact', 'lesson']).optional(),
    entity: z.string(),
    content: z.string(),
    ...lesson,
    confidence: z.number(),
    projects: z.array(z.string()).optional(),
    stale: z.boolean().optional(),
    tags: Tags.optional(),
    private: z.boolean().optional(),
    attribute: z.string().optional(),
    value: z.string().optional(),
    validFrom: Time.optional(),
    source: z.string().optional(),
    context: z
      .strictObject({
        speaker: z.string().optional(),
        at: Time.optional(),
        previous: z.string().optional(),
        conversation: z.string().optional(),
        turn: z.number().optional()
      })
      .optional(),
    enableBloomHeuristic: z
      .boolean()
      .default(true)
      .meta({ description: 'Off: the fact is compared with near-duplicates at once' })
  })
  .meta({ id: 'FactIn', description: 'A fact to store: what it is about, and what holds' })

export const FactOut = z
  .strictObject({
    kind: z.literal('lesson').optional(),
    entity: z.string(),
    content: z.string(),
    ...lesson,
    confidence: Confidence,
    projects: z.array(z.string()).optional(),
    stale: z.boolean().optional(),
    tags: Tags,
    private: z.boolean(),
    attribute: z.string().optional(),
    value: z.string().optional(),
    validFrom: Moment.optional(),
    source: z.string().optional(),
    context: z
      .strictObject({
        speaker: z.string().optional(),
        at: Moment.optional(),
        previous: z.string().optional(),
        conversation: z.string().optional(),
        turn: Count.optional()
      })
      .optional()
  })
  .meta({ id: 'FactOut', description: 'A fact as it is exported' })

export const StoredFact = FactOut.extend({
  id: z.string(),
  validAgainFrom: z.array(Moment).optional(),
  agent: z.string(),
  recordedAt: Moment
}).meta({ id: 'StoredFact', description: 'A fact of this node' })

export const ListedFact = StoredFact.extend({
  record: z.string().optional().meta({ description: 'The id of the record that it is public as' })
}).meta({ id: 'ListedFact' })

export const FactPage = z.strictObject({
  facts: z.array(ListedFact),
  next: Count.optional().meta({ description: '"before" of the next page; absent on the last one' })
})

const OwnVote = z.enum(['vouch', 'dispute', 'stale'])

export const Voices = z
  .strictObject({
    id: z.string(),
    needs: Count.meta({ description: 'Authors that must vouch before this node releases it' }),
    vouches: Count,
    disputes: Count,
    stale: Count,
    own: OwnVote.optional().meta({ description: 'What this node states of it' }),
    voices: z.array(
      z.strictObject({
        author: z.string().meta({ description: 'The public key of a feed' }),
        vote: OwnVote,
        confidence: Confidence,
        day: z.string()
      })
    )
  })
  .meta({ id: 'Voices', description: 'The votes on a record, of at most 200 authors' })

export const DistillReport = z.strictObject({
  read: Count,
  new: Count,
  duplicate: Count,
  corroborated: Count,
  rejected: z.array(z.strictObject({ line: Count, reason: z.string() })),
  seconds: z.number()
})

export const Withheld = z
  .strictObject({ quarantined: Count, disputed: Count, needs: Count })
  .meta({ id: 'Withheld', description: 'Matching records of the hive that are held back' })

export const ClaimState = z.enum(['current', 'superseded', 'disputed', 'outside'])

export const Recalled = z
  .strictObject({
    fact: z.strictObject({
      id: z.string(),
      kind: z.literal('lesson').optional(),
      entity: z.string(),
      content: z.string(),
      ...lesson,
      projects: z.array(z.string()).optional(),
      stale: Count.optional().meta({ description: 'Authors that call it stale' }),
      attribute: z.string().optional(),
      value: z.string().optional(),
      confidence: Confidence,
      tags: Tags,
      state: ClaimState.optional(),
      corroboration: Count.optional(),
      day: z.string().optional().meta({ description: 'The first day of a publication' }),
      agent: z.string().optional(),
      source: z.string().optional(),
      context: FactOut.shape.context,
      recordedAt: Moment.optional(),
      validFrom: Moment.optional()
    }),
    score: z.number(),
    relevance: z.number().min(0).max(1).meta({
      description: 'Estimated; comparable across questions. From 0.91 on an answer is strong'
    }),
    origin: z.enum(['local', 'hive'])
  })
  .meta({ id: 'Recalled', description: 'A fact of this node, or an insight of the hive' })

export const Claim = z
  .strictObject({
    id: z.string(),
    entity: z.string(),
    attribute: z.string(),
    value: z.string(),
    content: z.string(),
    validFrom: Moment.optional(),
    validTo: Moment.optional(),
    confidence: Confidence,
    origin: z.enum(['local', 'hive']),
    state: ClaimState
  })
  .meta({ id: 'Claim' })

export const InsightState = z.enum(['released', 'quarantined', 'disputed'])

export const Insight = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['fact', 'insight', 'skill', 'goal', 'lesson']),
    title: z.string(),
    entity: z.string(),
    content: z.string(),
    ...lesson,
    stale: Count.optional(),
    isStale: z.boolean().optional(),
    attribute: z.string().optional(),
    value: z.string().optional(),
    state: InsightState,
    flag: InstructionFlag.optional(),
    confidence: Confidence,
    corroboration: Count,
    disputes: Count,
    tags: Tags,
    evidence: z.record(z.string(), z.number()),
    day: z.string()
  })
  .meta({ id: 'Insight', description: 'A record of the hive, with the judgement of this node' })

export const Preview = z.strictObject({
  id: z.string(),
  verdict: z.enum(['clear', 'withheld']),
  reason: z.string().optional(),
  score: z.number().meta({ description: 'Residual risk that the text discloses something' }),
  placeholders: z.record(z.string(), Count),
  insight: z
    .strictObject({
      id: z.string(),
      kind: z.literal('lesson').optional(),
      entity: z.string(),
      content: z.string(),
      ...lesson,
      attribute: z.string().optional(),
      value: z.string().optional(),
      tags: Tags,
      confidence: Confidence,
      day: z.string(),
      validFrom: z.string().optional()
    })
    .optional()
})

export const BroadcastReport = z.strictObject({
  promoted: Count,
  corroborated: Count,
  withheld: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  peers: Count,
  needs: Count
})

export const LessonIn = z.strictObject({
  summary: z.string().meta({ description: 'What it is about, in one line of at most 512 bytes' }),
  detail: z.string().optional().meta({ description: 'What happened, and why' }),
  ...lesson,
  tags: Tags.optional(),
  project: z.string().optional().meta({ description: 'It stays on this node' }),
  private: z.boolean().optional(),
  confidence: Confidence.optional(),
  source: z.string().optional(),
  force: z.boolean().optional().meta({ description: 'Store it although a similar one is known' })
})

export const Learned = z.strictObject({
  id: z.string(),
  status: z.enum(['new', 'duplicate', 'similar']).meta({
    description: 'Similar: not stored, since a lesson about the same is known'
  }),
  similar: z
    .strictObject({ id: z.string(), summary: z.string(), origin: z.enum(['local', 'hive']) })
    .optional()
})
