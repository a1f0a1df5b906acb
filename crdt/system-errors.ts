/** Errors of the operating system in plain words: what happened where, and what to do. */

interface Meaning {
  readonly problem: string
  readonly remedy: string
}

const NO_PERMISSION: Meaning = {
  problem: 'permission denied',
  remedy: 'check the owner and the mode of the path, and of the directories above it'
}
const DISK_FULL: Meaning = { problem: 'the disk is full', remedy: 'make room, and try again' }
const TOO_MANY_FILES: Meaning = {
  problem: 'too many files are open',
  remedy: 'close other programs, or raise the limit with "ulimit -n"'
}

/** By code. Other errors keep the text of Node.js. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  EROFS: {
    problem: 'the file system is read-only',
    remedy: 'choose a path that can be written'
  },
  ENOENT: { problem: 'no such file or directory', remedy: 'check the path' },
  ENOTDIR: { problem: 'a part of the path is not a directory', remedy: 'check the path' },
  EISDIR: { problem: 'this is a directory', remedy: 'name a file' },
  EBADF: {
    problem: 'the file is not open for this',
    remedy: 'check where the command redirects its input and output'
  },
  EEXIST: { problem: 'a file is already there', remedy: 'choose another path' },
  ENAMETOOLONG: { problem: 'the path is too long', remedy: 'choose a shorter path' },
  ELOOP: { problem: 'the path has a loop of links', remedy: 'check the path' },
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
  EIO: { problem: 'the disk failed', remedy: 'check the disk' }
}

/** Undefined for an error that is not of a file, or has another code. */
export function systemErrorText(error: Error): string | undefined {
  const { code, syscall, path }: Error & { code?: unknown; syscall?: unknown; path?: unknown } =
    error
  // Sockets have other meanings of the same codes.
  if (typeof code !== 'string' || typeof syscall !== 'string' || syscall === 'connect') {
    return undefined
  }
  const meaning = Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined
  if (meaning === undefined || syscall === 'listen' || syscall === 'bind') return undefined
  const where = typeof path === 'string' ? `: ${path}` : ''
  return `${meaning.problem}${where}; ${meaning.remedy}`
}
