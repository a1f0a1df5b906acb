/**
 * The voices of a node: computed in place by the real functions, and answered later, in the order
 * of the requests, as by the thread of the product. All functions are pure. So what one node of the
 * simulation has computed is not computed again by the others.
 */
import { createHash } from 'node:crypto'
import { inlineVoices } from '../../../crdt/index.ts'
import { simulated } from '../environment/simulated.ts'
import type { Voices } from '../../../crdt/index.ts'
import type { Owner } from '../environment/owner.ts'

/** Milliseconds of one request, at most. */
const MAX_DELAY = 40

/** Results of one simulation, by the hash of the arguments. */
export type VoiceResults = Map<string, Promise<unknown>>

export function simulatedVoices(results: VoiceResults, owner: Owner): Voices {
  const voices = inlineVoices()
  let free = 0
  const answer = async <T>(
    name: string,
    given: readonly unknown[],
    run: () => Promise<T>
  ): Promise<T> => {
    const key = keyOf(name, given)
    const known = (results.get(key) as Promise<T> | undefined) ?? run()
    results.set(key, known)
    known.catch(() => undefined)
    const { time, random } = simulated()
    free = Math.max(free, time.now) + random.next() * MAX_DELAY
    await new Promise<void>((resolve) => {
      time.schedule(free - time.now, resolve, owner)
    })
    return known
  }
  return {
    // New credentials of one member and epoch may differ.
    createCredential: (init) =>
      answer('create', [init.swarm, init.epoch, ...init.ring, init.key.key, init.signer], () =>
        voices.createCredential(init)
      ),
    verifyCredential: (swarm, bytes, ring) =>
      answer('verify', [swarm, bytes, ...ring], () => voices.verifyCredential(swarm, bytes, ring)),
    tags: async (key, swarm, digests) => {
      const tags: Uint8Array[] = []
      for (const digest of digests) {
        const [tag] = await answer('tag', [swarm, key.key, digest], () =>
          voices.tags(key, swarm, [digest])
        )
        if (tag !== undefined) tags.push(tag)
      }
      return tags
    },
    prove: (batch) =>
      answer(
        'prove',
        [batch.swarm, batch.epoch, batch.key.key, batch.context, ...batch.digests, ...batch.tags],
        () => voices.prove(batch)
      ),
    verifyTags: (batch) => {
      const { swarm, epoch, tag, context, digests, tags, proof } = batch
      return answer(
        'verify tags',
        [swarm, epoch, tag, context, digests.length, ...digests, ...tags, proof],
        () => voices.verifyTags(batch)
      )
    }
  }
}

function keyOf(name: string, given: readonly unknown[]): string {
  const hash = createHash('sha256').update(name)
  for (const part of given) {
    const bytes = part instanceof Uint8Array ? part : Buffer.from(String(part))
    hash.update(`/${bytes.length}/`).update(bytes)
  }
  return hash.digest('base64')
}
