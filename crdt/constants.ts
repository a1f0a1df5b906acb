/** Limits and fixed names of the replica, each with its reason. */

/**
 * Prefix of all hashed or signed bytes, so that a signature has no meaning outside this project.
 */
export const DOMAIN = 'noormme-hive'

/**
 * The highest entry format this version reads. Entries of higher ones are kept and relayed unread; in a
 * closed swarm they are refused, since their voice cannot be read.
 */
export const ENTRY_FORMAT = 4

/** The format of entries that need none of the others. */
export const PLAIN_FORMAT = 1

/** From this format on a header contains its feed's base; used only for a base above 1. */
export const BASE_FORMAT = 2

/** Entries of playbooks. */
export const PLAYBOOK_FORMAT = 3

/**
 * As format 2, with lessons and stale votes. Older versions store and relay such entries unread:
 * in a lower format they would be ill-formed there.
 */
export const LESSON_FORMAT = 4

/** The document that authors of all formats but 3 write to. */
export const KNOWLEDGE_DOC = 'knowledge'

/** Name of the Y.Map root of a knowledge document; short, since Yjs repeats it for every key. */
export const LOG_ROOT = 'log'

/** 32 KiB holds several pages of text. */
export const MAX_RECORD_BYTES = 32 * 1024

/** Entities and attributes are names, not texts; they are index keys. */
export const MAX_NAME_BYTES = 512

/** What to do, in a lesson: some commands or a patch of some lines; the detail has the rest. */
export const MAX_ACTION_BYTES = 8 * 1024

/** What a lesson holds for, such as `npm >=10 <12`. */
export const MAX_VERSIONS_BYTES = 255

/** A compressed payload stays far below gossipsub's frame and yamux's window of 256 KiB. */
export const MAX_PAYLOAD_BYTES = 64 * 1024

/** The most bytes of an unpacked payload: bounds the memory that one entry can cost. */
export const MAX_UNPACKED_BYTES = 1024 * 1024

/** Header, signature and length prefixes around a payload; the header is under 400 bytes. */
export const MAX_ENTRY_BYTES = MAX_PAYLOAD_BYTES + 1024

/** Target size of an entry before compression: about 600 facts share one signature and one hash. */
export const TARGET_UNPACKED_BYTES = 128 * 1024

/** Tags are for filtering; longer lists are content. */
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

/** Confidence is stored in thousandths. */
export const CONFIDENCE_SCALE = 1000

export const HASH_BYTES = 32
export const KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** Confidence is stored in thousandths. */
export const ELEMENT_BYTES = 8

/** 128 bits: a vote's retraction secret must resist a preimage search, not a collision search. */
export const SECRET_BYTES = 16

/**
 * Retractions that open nothing and wait in memory: of one source, and of all. About 400 bytes each;
 * a peer can send as many forged ones as it likes, so one peer displaces its own alone.
 */
export const MAX_WAITING_RETRACTIONS_PER_SOURCE = 256
export const MAX_WAITING_RETRACTIONS = 8_192

/** Smallest struct of a knowledge update; bounds the number of structs before allocation. */
export const MIN_STRUCT_BYTES = 12

/** Names of the two Y.Array roots of a playbook: the texts of its steps, and their order. */
export const STEPS_ROOT = 'steps'
export const ORDER_ROOT = 'order'

/** Names of a step's two Y.Texts. */
export const STEP_TEXTS = ['title', 'body'] as const

/** Formats of rich text; links would introduce addresses. */
export const MARKS = ['bold', 'italic', 'code'] as const

/** One edit, unpacked: room for a step of the largest size and its marks. */
export const MAX_PLAYBOOK_UPDATE_BYTES = 64 * 1024

/** The most structs of one edit; a text with many splices is replaced as a whole. */
export const MAX_PLAYBOOK_STRUCTS = 512

/** Delete ranges of one edit: a text with many authors consists of many ranges. */
export const MAX_PLAYBOOK_DELETES = 2_048

/**
 * The most that one author may add to one playbook; a change is a struct or a delete range, and
 * further ones are void there. An honest node continues under another key, so this bounds the
 * effect of a single key.
 */
export const MAX_AUTHOR_EDITS = 2_000
export const MAX_AUTHOR_EDIT_BYTES = 512 * 1024
export const MAX_AUTHOR_CHANGES = 4_000

/**
 * A larger playbook is not opened: Yjs places an item among the items inserted at one position one
 * by one, so the time grows with the square of their number.
 */
export const MAX_PLAYBOOK_AUTHORS = 512
export const MAX_PLAYBOOK_EDITS = 10_000
export const MAX_PLAYBOOK_TOTAL_CHANGES = 10_000
export const MAX_PLAYBOOK_TOTAL_BYTES = 4 * 1024 * 1024

/** Memory of waiting or invalid entries, relative to valid ones. */
export const RESIDENT_FACTOR = 2

/** The most steps that a node writes; concurrent edits may exceed it, and all steps are kept. */
export const MAX_STEPS = 500
/** Bytes of a step's title in UTF-8. */
export const MAX_TITLE_BYTES = 512
/** Bytes of a step's body in UTF-8. */
export const MAX_BODY_BYTES = 16 * 1024

/**
 * Votes that a record's row lists. A record with more authors has sums, and a key for each vote:
 * a new vote then costs the same, whatever the number of authors.
 */
export const MAX_LISTED_VOTES = 8
/** A row with larger votes is split into sums and keys earlier. */
export const MAX_LISTED_BYTES = 2048

/** Tags by their prefix, so that tags of one class cannot crowd out those of another. */
export const TAG_CLASSES = ['status:', 'parent:', 'template:'] as const

/** Tags of each class, and counters, that a standing delivers: those that most authors give. */
export const MAX_SHOWN_TAGS = 64
export const MAX_SHOWN_COUNTERS = 16

/** The most that one author's counter adds to a sum; 2 million authors stay a safe integer. */
export const MAX_COUNTED = 2 ** 32

/** Names of the counters of a skill's trials. */
export const TRIALS = 'trials'
/** See `TRIALS`. */
export const SUCCESSES = 'successes'

/**
 * Of a voice: epochs of a week until the year 2285, authors that a member can have in one epoch
 * (each start after a crash takes one), entries of one author.
 * Together 48 bits.
 */
export const MAX_EPOCH = 2 ** 14 - 1
/** See `MAX_EPOCH`. */
export const MAX_GENERATION = 2 ** 12 - 1
/**
 * Generations of an hour: a node that has not heard what peers have of its voice takes one of the
 * current hour, since an earlier copy of its directory may have used those before. 168 hours of a week
 * take 4,032, and leave some for restarts in the last one.
 */
export const HOUR_GENERATIONS = 24
/** Authors that a run gives up for a later one of its own voice: two clones would go on for ever. */
export const MAX_OVERTAKEN = 16

/** See `MAX_EPOCH`. */
export const MAX_VOICE_SEQ = 2 ** 22 - 1

/** A credential with a ring of 64 members has about 3.2 kB. */
export const MAX_CREDENTIAL_BYTES = 4 * 1024

/** One tag for each register of an entry: more than 32 bytes each do not fit a payload. */
export const MAX_ENTRY_TAGS = 2_048

/** Two scalars of ristretto255. */
export const TAG_PROOF_BYTES = 64

/** Authors without an entry whose base or fork is stored: about 2 MB on disk. */
export const MAX_UNKNOWN_AUTHORS = 4_096
/** Bases of further such authors, in memory: the entries follow in the same answer of a sync. */
export const MAX_WAITING_BASES = 256
