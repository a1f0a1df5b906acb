/** Limits and fixed names of the replica, each with its reason. */

/** Prefix of everything that is hashed or signed, so that no signature of ours means anything elsewhere. */
export const DOMAIN = 'noormme-hive'

/** The highest entry format this version reads; entries of higher ones are kept and relayed unread. */
export const ENTRY_FORMAT = 3

/** An entry that says nothing of where its feed begins. */
export const PLAIN_FORMAT = 1

/** From this format on a header names its feed's base; written only once there is one. */
export const BASE_FORMAT = 2

/** Entries of playbooks; all others are of the formats before it. */
export const PLAYBOOK_FORMAT = 3

/** The document that authors of formats 1 and 2 write to. */
export const KNOWLEDGE_DOC = 'knowledge'

/** Name of the Y.Map root of a knowledge document; short, since Yjs repeats it for every key. */
export const LOG_ROOT = 'log'

/** A record is one thing worth knowing: 32 KiB holds several pages of text. */
export const MAX_RECORD_BYTES = 32 * 1024

/** Entities and attributes are names, not texts; they are index keys. */
export const MAX_NAME_BYTES = 512

/** A compressed payload stays far below gossipsub's frame and yamux's 256 KiB window. */
export const MAX_PAYLOAD_BYTES = 64 * 1024

/** What a payload may unpack to: bounds the memory that one entry can cost a receiver. */
export const MAX_UNPACKED_BYTES = 1024 * 1024

/** Header, signature and length prefixes around a payload; the header is under 400 bytes. */
export const MAX_ENTRY_BYTES = MAX_PAYLOAD_BYTES + 1024

/** Aim of one entry before compression: about 600 facts share one signature and one hash. */
export const TARGET_UNPACKED_BYTES = 128 * 1024

/** Tags are for filtering; more than this is content. */
export const MAX_TAGS = 16
/** Bytes of one tag in UTF-8. */
export const MAX_TAG_BYTES = 64

/** Evidence counters of one register (uses, successes, failures ...). */
export const MAX_COUNTERS = 8
export const MAX_COUNTER_NAME_BYTES = 32

/** Concurrent branches a playbook entry may build on. */
export const MAX_ENTRY_HEADS = 64
export const MAX_DOC_BYTES = 128

/** Times are milliseconds of the Unix epoch; the zigzag form must stay a safe integer. */
export const MAX_TIME = 2 ** 52 - 2

/** Confidence is carried in thousandths. */
export const CONFIDENCE_SCALE = 1000

export const HASH_BYTES = 32
export const KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** What a Bloom filter reads of a digest: 64 bits place it in filters of up to 2^32 bits. */
export const ELEMENT_BYTES = 8

/** 128 bits: a vote's retraction secret must resist a preimage search, not a collision search. */
export const SECRET_BYTES = 16

/** Smallest struct a knowledge update can hold; bounds the struct count before anything is allocated. */
export const MIN_STRUCT_BYTES = 12

/** Names of the two Y.Array roots of a playbook: what its steps say, and where they stand. */
export const STEPS_ROOT = 'steps'
export const ORDER_ROOT = 'order'

/** Names of a step's two Y.Texts. */
export const STEP_TEXTS = ['title', 'body'] as const

/** Formats of a span of rich text; links would bring addresses in. */
export const MARKS = ['bold', 'italic', 'code'] as const

/** One edit, unpacked: a step of the largest size and its marks, with room. */
export const MAX_PLAYBOOK_UPDATE_BYTES = 64 * 1024

/** What one edit can make Yjs do; a text that is spliced in many places is replaced as a whole. */
export const MAX_PLAYBOOK_STRUCTS = 512

/** Deletes of one edit: a text that many wrote into falls into many ranges. */
export const MAX_PLAYBOOK_DELETES = 2_048

/**
 * What one author may add to one playbook, a change being a struct or a range of deletes; the rest is
 * void there. An honest node goes on under
 * another key, so it bounds what a single key can do to a playbook.
 */
export const MAX_AUTHOR_EDITS = 2_000
export const MAX_AUTHOR_EDIT_BYTES = 512 * 1024
export const MAX_AUTHOR_CHANGES = 4_000

/**
 * Above these a playbook is not opened any more: Yjs places an item among those inserted beside it
 * one by one, so that time grows with the square of what a liar writes at one place.
 */
export const MAX_PLAYBOOK_AUTHORS = 512
export const MAX_PLAYBOOK_EDITS = 10_000
export const MAX_PLAYBOOK_TOTAL_CHANGES = 10_000
export const MAX_PLAYBOOK_TOTAL_BYTES = 4 * 1024 * 1024

/** Entries that wait, or never count, may take as much memory as those that count. */
export const RESIDENT_FACTOR = 2

/** What a node itself writes; concurrent edits may end above it, and are all kept. */
export const MAX_STEPS = 500
/** Bytes of a step's title in UTF-8. */
export const MAX_TITLE_BYTES = 512
/** Bytes of a step's body in UTF-8. */
export const MAX_BODY_BYTES = 16 * 1024
