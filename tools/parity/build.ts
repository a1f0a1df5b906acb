/** `npm run parity`: writes docs/PARITY.md and the client in Python. */
import { writeFile } from 'node:fs/promises'
import { pythonClient } from '../python-client/client.ts'
import { parityDocument } from './document.ts'

await writeFile(new URL('../../docs/PARITY.md', import.meta.url), parityDocument())
await writeFile(new URL('../../clients/python/noormme_hive.py', import.meta.url), pythonClient())
