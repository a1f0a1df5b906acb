/** Limits of the swarm, each with its reason. Times are milliseconds. */
import { MAX_ENTRY_BYTES } from '../crdt/index.ts'

/** Default listen address: nobody outside this machine, any free port. */
export const DEFAULT_LISTEN: readonly string[] = ['/ip4/127.0.0.1/tcp/0']

/** Default listen address of a node with `--lan`. */
export const DEFAULT_LAN_LISTEN: readonly string[] = ['/ip4/0.0.0.0/tcp/0']

/** A gossip message is forwarded by everyone: larger entries are announced and pulled instead. */
export const MAX_GOSSIP_BYTES = 4 * 1024

/** Messages of one peer that are in admission at a time; sync brings what is dropped. */
export const MAX_PENDING_GOSSIP = 32

/**
 * Bytes beyond 16 times their size that entries may unpack to in a second, and at once, by gossip and by
 * sync each: an entry of the largest size in four seconds. One takes 10 to 40 ms, so that hardly one
 * honest message of a hundred meets it.
 */
export const INFLATED_BYTES_PER_SECOND = 256 * 1024
export const MAX_INFLATED_BURST = 1024 * 1024

/** One gossipsub RPC may answer an IWANT with several messages; a larger one closes the stream. */
export const MAX_RPC_BYTES = 4 * 1024 * 1024

/** What may wait for a peer that reads slowly before its gossip stream is reset. */
export const MAX_GOSSIP_QUEUE_BYTES = 8 * 1024 * 1024

/** One topic a swarm, and some room; gossipsub's default of 1 MiB is for thousands. */
export const MAX_TOPIC_BYTES_PER_PEER = 16 * 1024

/** How often peers without a stream of gossip are looked for; who has none at two looks gets one. */
export const GOSSIP_STREAM_INTERVAL = 3_000

/** Peers of the mesh below which a node dials peers that others name: with three it is well connected. */
export const MIN_MESH_PEERS = 3

/** Peers that a full one names, and of those it names that are dialled; gossipsub's 16 are too many. */
export const MAX_EXCHANGED_PEERS = 3

/** Milliseconds after which a node that has peers and no mesh says why: ten rounds of gossipsub. */
export const MESH_PATIENCE = 10_000

/** An IWANT promise may wait for a pull of the entries before; the default of 3 s would punish it. */
export const IWANT_FOLLOWUP = 30_000

/** A frame of `/sync`: an entry, plus its type byte. */
export const MAX_SYNC_FRAME_BYTES = MAX_ENTRY_BYTES + 1

/** Nodes of the tree of heads asked for at once: 12 kB of answers at most. */
export const MAX_REQUESTED_NODES = 32

/** Turns that one peer gets a second, and at once; a node that syncs every 30 s asks for one each time. */
export const TURNS_PER_SECOND = 20
export const MAX_TURN_BURST = 200

/** Nodes of a peer's tree that wait to be asked for; see `batchOf`. 64 bytes each. */
export const MAX_WAITING_PREFIXES = 4_096

/** Feeds asked for at once. */
export const MAX_PULLED_FEEDS = 64

/** Bytes of entries after which an answer is cut; the same request brings the rest. */
export const MAX_PULL_BYTES = 1024 * 1024

/** Entries of one answer: one more may follow while any of these bytes are left. */
export const MAX_ANSWER_BYTES = MAX_PULL_BYTES + MAX_ENTRY_BYTES

/** What an answer brings at least. */
export const MIN_BYTES_PER_SECOND = 9_000

/** One request of a sync, with all of its answer: 9 kB a second at least. */
export const SYNC_REQUEST_TIMEOUT = 120_000

/** One run of a sync; what is missing then comes with the next one. */
export const SYNC_TIMEOUT = 300_000

/**
 * Nodes that a run asks for without receiving an entry, and further ones for each entry: a tree that is
 * made up has no end. A million authors make 40,000 nodes and as many entries at least.
 */
export const MAX_FRUITLESS_NODES = 4_096
export const NODES_PER_ENTRY = 64

/**
 * Such nodes of all runs with one peer, a second, and at once: a peer may ask for one run after the other.
 * In 30 s they are as many as one run may ask for.
 */
export const FRUITLESS_PER_SECOND = 136
export const MAX_FRUITLESS_BURST = 2 * MAX_FRUITLESS_NODES

/** Nodes that one peer gets a second, and at once: a node takes 50 microseconds. */
export const NODES_PER_SECOND = 1_000
export const MAX_NODE_BURST = 10_000

/**
 * Requests of one protocol that one peer gets answered a second, and at once. The smallest have 2 bytes and
 * cost 25 microseconds, so that a peer could take all of the event loop by them.
 */
export const REQUESTS_PER_SECOND = 500
export const MAX_REQUEST_BURST = 5_000

/** Peers whose paces are remembered, also when they have left: twice as many as there are connections. */
export const MAX_PACED_PEERS = 2_048

/** Retractions asked for at once: 48 kB. */
export const MAX_PULLED_RETRACTIONS = 1_024
/** A frame of `/retractions`: as many retractions, or ids. */
export const MAX_RETRACTION_FRAME_BYTES = 64 * 1024
/** Retractions of one run that open nothing here; what is left comes with the next run. */
export const MAX_USELESS_RETRACTIONS = 2_048
/** Retractions of one peer that open nothing here, a second, and at once: two runs. Each costs 40 microseconds. */
export const USELESS_PER_SECOND = 64
export const MAX_USELESS_BURST = 4_096
/** Retractions of one gossip message: 3 kB. */
export const MAX_GOSSIPED_RETRACTIONS = 64

/** How long a run leaves a feed to another run that fetches it from another peer. */
export const FETCH_LEASE = 5_000

/** A feed that was refused without blame is asked for again after this time, which doubles. */
export const REFUSED_WAIT = 30_000
/** See `REFUSED_WAIT`; a member may publish more the next day. */
export const MAX_REFUSED_WAIT = 60 * 60_000
/** Refused feeds that are remembered: 3 MB. */
export const MAX_REFUSED_FEEDS = 16_384

/** How often a peer that runs a sync says that it still does. */
export const TURN_INTERVAL = 5_000

/** Bytes that wait unread before the stream is paused. */
export const FRAME_QUEUE_BYTES = 512 * 1024

/** Yamux's receive window at most; a paused stream buffers this much, and libp2p resets it at 4 MiB. */
export const MAX_STREAM_WINDOW_BYTES = 1024 * 1024

/** Admitted entries of one sync that may wait for their fsync. */
export const SYNC_COMMIT_WINDOW = 64

/** An exchange in which nothing moves for this long is given up; the next one resumes it. */
export const EXCHANGE_IDLE_TIMEOUT = 15_000

/** Anti-entropy: how often a random peer is asked; gossip alone repairs a few seconds only. */
export const SYNC_INTERVAL = 30_000

/** Milliseconds between two rounds of syncs for news that gossip leaves out, and their peers at most. */
export const NEWS_INTERVAL = 1_000
export const MAX_NEWS_PEERS = 16
/** Peers of such a round where this node missed something: each of them may have it. */
export const CATCH_UP_PEERS = 3

/** Streams of `/sync` that one peer may have open towards us: two, and two that are closing. */
export const MAX_INBOUND_SYNCS = 4

/**
 * Syncs of this node that work at the same time, by who the peer is, and as many more that peers have
 * asked it to run. One that waits for its peer does not work. `slow`: with peers whose last sync failed.
 */
export const SYNC_ROOM = { bootstrap: 2, dialled: 3, inbound: 3, slow: 1 } as const

/** Syncs of such a room that have begun; one more ends the one that has cost most. 0.3 MB each at most. */
export const MAX_OPEN_SYNCS = 64
/** Those with new peers, once the room is full: they end only each other's beyond it. */
export const MAX_NEW_SYNCS = 16
/** Milliseconds for which a peer is new that has brought nothing. */
export const NEW_PEER_TIME = 10 * 60_000
/** What a new peer may take to answer before one of its own network ends its run. */
export const NEW_PEER_PATIENCE = 1_000

/**
 * The part of the time that a peer may keep syncs waiting without bringing anything, and what it owes at
 * most. Peers with nothing new take less. With as many connections as a node has, peers that take no more
 * fill a third of a room.
 */
export const FREE_WAIT_SHARE = 0.02
export const MAX_OWED_WAIT = 60_000

/** Names of such peers that are remembered. */
export const MAX_SLOW_PEERS = 1_024

/** How often the filters of connected peers are brought up to date: what a new fact waits at most. */
export const FILTER_INTERVAL = 5_000

/** Raw bytes of a filter in one frame, before compression. */
export const FILTER_CHUNK_BYTES = 64 * 1024

/** Raw bytes of a chunk, taken over all of them but the last one of each slice. */
export const MIN_CHUNK_BYTES = 4 * 1024

/** A chunk that does not compress, with its frame's own bytes. */
export const MAX_FILTER_FRAME_BYTES = FILTER_CHUNK_BYTES + 1024

/** One filter of one peer: 22 million elements. */
export const MAX_FILTER_BYTES = 48 * 1024 * 1024

/** Filters that are on their way to this node, going by what peers announce. */
export const MAX_INCOMING_FILTER_BYTES = 64 * 1024 * 1024

/** All filters this node holds of peers. */
export const MAX_PEER_FILTER_BYTES = 64 * 1024 * 1024

/** Elements of one delta; a peer that is further behind gets the whole filter. */
export const MAX_DELTA_ELEMENTS = 2 ** 18

/** Peers whose filters are kept; beyond it those that left first go first. */
export const MAX_FILTER_PEERS = 64

/** The error that all filters consulted for one answer may have together. */
export const MAX_COMBINED_FALSE_POSITIVE_RATE = 0.01

/** Bodies asked for at once: 8 MiB at most. */
export const MAX_REQUESTED_BODIES = 256

/** Digests that one peer gets looked up a second, and at once: a lookup takes 10 microseconds and more. */
export const LOOKUPS_PER_SECOND = 2_000
export const MAX_LOOKUP_BURST = 20_000

/** A frame of `/have`: 256 digests, or a record. */
export const MAX_HAVE_FRAME_BYTES = 33 * 1024

/** Peers asked for one body before it counts as not to be had. */
export const MAX_QUERIED_PEERS = 8

/** A peer that is asked for bodies and brings none for so long: the next one is asked beside it. */
export const BODY_PATIENCE = 1_000

/** A round that asks for missing bodies; what is missing then comes with the next one. */
export const BODY_ROUND_TIMEOUT = 60_000

/** Missing bodies that no peer had, a second, and at once: 2 kB a second for 8 peers. */
export const FRUITLESS_BODIES_PER_SECOND = 8
export const MAX_FRUITLESS_BODIES = 1_024

/** A round that asks peers for bodies that they say they have. */
export const CLAIM_ROUND_TIMEOUT = 5_000

/** Bodies that a peer said it has and did not bring, a second, and at once. */
export const BROKEN_CLAIMS_PER_SECOND = 1
export const MAX_BROKEN_CLAIMS = 256

/**
 * Missing bodies that are compared with the filters of peers: at a time, a second, and at once. One takes 2 to
 * 5 microseconds.
 */
export const COMPARED_BODIES = 1_024
export const COMPARED_PER_SECOND = 1_024
export const MAX_COMPARED_BURST = 8_192

/** A frame of `/stem`: an entry. The smallest has a header of 100 bytes, its signature and two lengths. */
export const MAX_STEM_FRAME_BYTES = MAX_ENTRY_BYTES
export const MIN_STEM_FRAME_BYTES = 166

/** Entries passed on together. */
export const MAX_STEM_BATCH_BYTES = 1024 * 1024

/** Entries of others on their stems that a node keeps in memory; beyond it streams are refused. */
export const MAX_STEM_POOL_BYTES = 32 * 1024 * 1024

/** Entries on streams of stems that have not ended: eight whole batches. */
export const MAX_STEM_READING_BYTES = 8 * 1024 * 1024

/** Streams of stems of one peer that end before their batches, in a minute; it sends about one a second. */
export const MAX_CUT_STEMS = 8
/** Names of such peers. */
export const MAX_CUTTING_PEERS = 1_024

/** Dandelion++ suggests ten minutes, and that one node of ten gossips what it gets by a stem. */
export const STEM_EPOCH = 10 * 60_000
export const STEM_FLUFF_PROBABILITY = 0.1

/** Own retractions that travel a stem together. */
export const MAX_STEMMED_RETRACTIONS = 1_024

/** Milliseconds that own retractions are gathered for, as publications are. */
export const STEM_MOMENT = 100

/** Relays of one author over its life: the first one, and two in place of those that fail. */
export const MAX_AUTHOR_RELAYS = 3
/** Authors whose relays are stored. */
export const MAX_STORED_RELAYS = 64
/** A relay that is gone for this time is replaced: a restart of it takes less. */
export const RELAY_ABSENCE = 5 * 60_000
/** Embargoes after which the relays of an author are tried again when none has passed anything on. */
export const STUCK_EMBARGOES = 20

/** What an entry waits for at least before a node that has passed it on gossips it itself. */
export const STEM_EMBARGO = 10_000

/** What a relay may take to read a batch: 9 kB a second at least. What follows waits for it. */
export const STEM_HAND_TIMEOUT = 120_000

/** Streams of `/filter`, `/have` or `/stem` one peer may have open towards us. */
export const MAX_INBOUND_EXCHANGES = 4

/** Feeds whose news is announced after one sync; of the rest, peers learn in a round of syncs. */
export const MAX_ANNOUNCED_FEEDS = 32

/** Connections the dialer tries to keep. */
export const MIN_CONNECTIONS = 6

/** First and longest wait before an address is dialled again; full jitter in between. */
export const BACKOFF_FIRST = 1_000
export const BACKOFF_MAX = 60_000

/** How often the dialer looks whether it should dial. */
export const DIAL_INTERVAL = 1_000

/** One dial, handshake included. */
export const DIAL_TIMEOUT = 10_000

/** Peers of the network segment that are kept; beyond it those not seen for the longest time go. */
export const MAX_LAN_PEERS = 64

/** Addresses that others found for this node, and that it dials; beyond it the oldest go. */
export const MAX_FOUND_ADDRESSES = 128
/** Those that peers stated which only came to this node. */
export const MAX_STATED_ADDRESSES = 32
/** Of one peer: those that it states, and as many on the network segment. */
export const MAX_FOUND_OF_PEER = 8

/** Peers whose view of this node's address is kept. */
export const MAX_OBSERVERS = 64

/** Bootstrap peers that `netcheck` dials: each within this time, the answer to its ping included. */
export const PROBE_TIMEOUT = 5_000

/** Keys that a node accepts at once; a key is replaced by one, and each costs a look at every caller. */
export const MAX_ACCEPTED_KEYS = 4

/** Milliseconds for the nonces of a keyed connection, when its caller sets no limit; as in pnet. */
export const NONCE_TIMEOUT = 1_000

/** Addresses of former peers that are kept for the next start. */
export const MAX_REMEMBERED_PEERS = 64
/** Of those that this node dialled, that brought entries, and that only came: keys cost an attacker nothing. */
export const REMEMBERED_PLACES = { dialled: 64, useful: 32, inbound: 16 } as const
/** Of one /24 or /48. */
export const MAX_REMEMBERED_OF_GROUP = 8
/** How old the time at which such a peer was seen may be before it is written again. */
export const REMEMBERED_REFRESH = 60 * 60_000

/** A host or NAT may bring a whole fleet: libp2p's default of 5 a second turns most of it away. */
export const INBOUND_CONNECTIONS_PER_SECOND = 200
export const MAX_PENDING_INBOUND = 200
export const MAX_CONNECTIONS = 1_000

/**
 * How often the connections of a node are pinged, in milliseconds: how long a peer that fell silent seems
 * connected. A ping is a stream of its own, and was most of what idle nodes did at libp2p's 10 s. Each
 * node has an interval of its own, by so much shorter or longer: nodes that start together, as agents of
 * one machine do, would ping together for ever.
 */
export const PING_INTERVAL = 20_000
export const PING_SPREAD = 0.25

/** Offences before a peer is shut out, how long they count, and how long it stays out. */
export const OFFENCES_BEFORE_BAN = 3
export const OFFENCE_LIFETIME = 10 * 60_000
export const BAN_DURATION = 10 * 60_000

/** Peers whose offences are remembered; beyond it the oldest are forgotten. */
export const MAX_OFFENDERS = 10_000

/** What a peer that was dialled may let a node wait for the way to an unknown root, for each frame. */
export const DOOR_SILENCE = 2_000

/** What a refused peer has to read the refusal, before the connection is reset. */
export const DOOR_FAREWELL = 250

/**
 * What a node waits in all for a peer that has dialled it, from the first byte until the peer has proved
 * that it may come in: with the farewell 2 s.
 */
export const DOOR_PATIENCE = 2_000 - DOOR_FAREWELL

/** While the event loop is busy, waiting counts as one step. */
export const PATIENCE_STEP = 250

/** The answer of a door: a busy node first stores the certificates that it did not know. */
export const DOOR_ANSWER_TIMEOUT = 5_000

/** An inbound connection from its first byte until it is open, in a closed swarm; of members too. */
export const DOOR_UPGRADE_TIMEOUT = 6_000

/** What a peer that is not admitted yet can make a node buffer: two of the largest statements. */
export const MAX_DOOR_BUFFER_BYTES = 256 * 1024

/** Enrolments that a node tries: from one peer, and from all. Whoever tries secrets needs 2^127. */
export const ENROLMENTS_PER_PEER = 5
export const ENROLMENTS_IN_ALL = 120
/** The time for which these count. */
export const ENROLMENT_WINDOW = 60_000

/** How often a node looks whether certificates of connected peers have expired. */
export const MEMBER_CHECK_INTERVAL = 1_000

/** How often a node compares its statements with those of a random peer. */
export const STATEMENTS_INTERVAL = 60_000

/** How often a node whose certificate ends soon asks for another one: a request takes 1 byte. */
export const RENEWAL_INTERVAL = 60_000

/** Peers whose member a node remembers, so that it does not dial those that were revoked. */
export const MAX_KNOWN_MEMBERS = 10_000

/** Ids of statements in one frame: 32 kB. */
export const MAX_STATEMENT_IDS = 1_024

/** Statements that are requested at once. */
export const MAX_REQUESTED_STATEMENTS = 64

/** New statements that are pushed; a peer pulls more than these by itself. */
export const MAX_PUSHED_STATEMENTS = 64
