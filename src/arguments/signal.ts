/** The option `signal` of every call that waits. */
import { z } from 'zod'

export const Signal = z.instanceof(AbortSignal).optional()
