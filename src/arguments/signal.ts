/** The option `signal` of calls that wait. */
import { z } from 'zod'

export const Signal = z.instanceof(AbortSignal).optional()
