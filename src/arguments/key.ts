/** The form of names: of agents, tasks, sessions, and parts of personas. */
import { z } from 'zod'

/** Characters of a key. */
const MAX_LENGTH = 64

/** Keys are parts of paths, and begin with a letter or a digit, so that none is `__proto__`. */
export const Key = z
  .string()
  .max(MAX_LENGTH)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'use only letters, digits, ".", "_" and "-"')
