/** The files of the dashboard, as vite built them. They are read once, and sent compressed. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
  readonly compressed: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml'
}

/** The files of the dashboard by their paths below it; none if it is not built. */
export function readPageFiles(folder = pageFolder()): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>()
  if (!existsSync(join(folder, 'index.html'))) return files
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = readFileSync(path)
    const name = path.slice(folder.length).replaceAll('\\', '/').replace(/^\//, '')
    files.set(name, { type, bytes, compressed: gzipSync(bytes) })
  }
  return files
}

/** Beside the built sources; a checkout that runs from its sources has it in `dist`. */
function pageFolder(): string {
  const isSource = import.meta.url.endsWith('.ts')
  const folder = isSource ? '../../dist/node/dashboard' : '../dashboard'
  return fileURLToPath(new URL(folder, import.meta.url))
}
