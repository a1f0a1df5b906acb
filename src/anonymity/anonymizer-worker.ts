/** The program of the anonymiser's thread: one list of records after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { anonymizer } from './anonymizer.ts'
import type { AnonymizerRequest, AnonymizerReply } from './anonymizer-messages.ts'
import type { KnownNames } from './rules/known-names.ts'

const port = parentPort
if (port === null) throw new Error('This file runs only in a worker thread.')

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- anonymizer-thread.ts writes it
const shared = anonymizer(workerData as KnownNames)

// The word lists are loaded before the thread counts as ready.
shared.anonymize({ entity: 'word', content: 'An unknownword, and a package-word.' })
port.postMessage('ready')

port.on('message', (inputs: AnonymizerRequest) => {
  const reply: AnonymizerReply = inputs.map((input) => shared.anonymize(input))
  port.postMessage(reply)
})
