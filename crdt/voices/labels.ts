/** The labels of all hashes of voices: one for each use, so that no hash has a meaning in another. */
import { DOMAIN } from '../constants.ts'

/** Secret scalar of a voice key, from a member's seed. */
export const VOICE_KEY = `${DOMAIN}/voice-key`

/** Secret of the key that a member signs delegations of one epoch with. */
export const EPOCH_KEY = `${DOMAIN}/epoch-key`

/** Short name of a voice key in a credential. */
export const RING_ID = `${DOMAIN}/ring-id`

/** Base of epoch tags. */
export const EPOCH_TAG = `${DOMAIN}/epoch-tag`

/** Base of record tags. */
export const RECORD_TAG = `${DOMAIN}/record-tag`

/** What a ring signature signs. */
export const CREDENTIAL = `${DOMAIN}/credential`

/** Challenges of a ring signature. */
export const RING_CHALLENGE = `${DOMAIN}/ring-challenge`

/** Nonce and free responses of a ring signature. */
export const RING_NONCE = `${DOMAIN}/ring-nonce`

/** All that a proof of record tags is about. */
export const TAG_BATCH = `${DOMAIN}/tag-batch`

/** Coefficients of a batch of record tags. */
export const TAG_COEFFICIENT = `${DOMAIN}/tag-coefficient`

/** Challenge of a proof of record tags. */
export const TAG_CHALLENGE = `${DOMAIN}/tag-challenge`

/** Nonce of a proof of record tags. */
export const TAG_NONCE = `${DOMAIN}/tag-nonce`
