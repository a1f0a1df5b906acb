/** Entries of playbooks: reading and creating them. */
import {
  MAX_ENTRY_HEADS,
  MAX_PAYLOAD_BYTES,
  MAX_PLAYBOOK_UPDATE_BYTES,
  PLAYBOOK_FORMAT
} from '../constants.ts'
import { toHex } from '../bytes/index.ts'
import { createEntry } from '../feeds/entry.ts'
import { clientIdOf } from '../records/knowledge-log.ts'
import { pack, unpack } from '../feeds/payload.ts'
import { joinPayload, splitPayload } from '../feeds/voice-part.ts'
import { readPlaybookUpdate } from './playbook-update.ts'
import type { Author } from '../feeds/author.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Feed } from '../feeds/feed.ts'
import type { VoicePart } from '../feeds/voice-part.ts'
import type { PlaybookEntry } from './playbook-state.ts'

/** Heads must ascend without repetition, so that a set has one form. */
export function areHeads(heads: readonly Uint8Array[]): boolean {
  return heads.every((head, i) => {
    const before = heads[i - 1]
    return before === undefined || Buffer.compare(before, head) < 0
  })
}

/** Reads the payload. Throws `MalformedError` if it is not an edit by the entry's author. */
export function readEdit(
  swarm: string,
  { author, doc, payload }: Pick<Entry, 'author' | 'doc' | 'payload'>
): Pick<PlaybookEntry, 'client' | 'content' | 'update' | 'voice'> {
  const { part, update: packed } = splitPayload(swarm, payload)
  const update = unpack(packed, MAX_PLAYBOOK_UPDATE_BYTES)
  const client = clientIdOf(swarm, author, doc)
  const voice = toHex(part?.tags[0] ?? author)
  return { update, client, voice, content: readPlaybookUpdate(update, client) }
}

/** An admitted entry in the form of its playbook; `base` is that of its author's feed. */
export function playbookEntryOf(swarm: string, entry: Entry, base: number): PlaybookEntry {
  const isFirst = entry.seq === base || entry.seq === 1
  const past = [...entry.heads.map(toHex), ...(isFirst ? [] : [toHex(entry.prev)])]
  return {
    hash: toHex(entry.hash),
    author: toHex(entry.author),
    dependencies: [...new Set(past)],
    feedIndex: entry.seq - base,
    ...readEdit(swarm, entry)
  }
}

/** The author's next entry in `doc`, built on `heads`; undefined if it is too large. */
export function createEditEntry(
  swarm: string,
  author: Author,
  feed: Feed,
  edit: {
    readonly doc: string
    readonly heads: readonly Uint8Array[]
    readonly update: Uint8Array
    readonly part?: VoicePart
  }
): Entry | undefined {
  const { doc, heads, update, part } = edit
  const payload = joinPayload(part, pack(update))
  if (update.length > MAX_PLAYBOOK_UPDATE_BYTES || payload.length > MAX_PAYLOAD_BYTES) {
    return undefined
  }
  const { seq, head, base } = feed
  const position = { format: PLAYBOOK_FORMAT, seq: seq + 1, prev: head, doc, heads, base }
  return createEntry(swarm, author, position, payload)
}

/** Groups of heads, each small enough for one entry. */
export function headGroups(heads: readonly string[]): string[][] {
  const groups: string[][] = []
  for (let at = 0; at < heads.length; at += MAX_ENTRY_HEADS)
    groups.push(heads.slice(at, at + MAX_ENTRY_HEADS))
  return groups
}
