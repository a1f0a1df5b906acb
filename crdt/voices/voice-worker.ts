/** The program of the thread of voices: one request after the other. */
import { parentPort } from 'node:worker_threads'
import { MalformedError, messageOf } from '../errors.ts'
import { createCredential, verifyCredential } from './credential.ts'
import { proveTags, verifyTags } from './record-tags.ts'
import { recordTag } from './tags.ts'
import { pack, unpack, unpackBatch } from './voice-messages.ts'
import type { VoiceAnswer, VoiceReply, VoiceRequest } from './voice-messages.ts'

const port = parentPort
if (port === null) throw new Error('This file runs only in a worker thread.')

port.on('message', (request: VoiceRequest) => port.postMessage(replyTo(request)))

function replyTo(request: VoiceRequest): VoiceReply {
  try {
    return { answer: answerTo(request) }
  } catch (error) {
    return { error: messageOf(error), isMalformed: error instanceof MalformedError }
  }
}

function answerTo(request: VoiceRequest): VoiceAnswer {
  switch (request.type) {
    case 'create':
      return createCredential({ ...request.init, ring: unpack(request.init.ring) })
    case 'verify':
      return verifyCredential(request.swarm, request.bytes, unpack(request.ring))
    case 'tags': {
      const { key, swarm, digests } = request
      return pack(unpack(digests).map((digest) => recordTag(key, swarm, digest)))
    }
    case 'prove':
      return proveTags(unpackBatch(request.batch))
    case 'verify-tags':
      return verifyTags(unpackBatch(request.batch))
  }
}
