/** The option of commands that search. */
export const MAX_WAIT = {
  type: 'string',
  value: 'SECONDS',
  default: '30',
  help: 'without a running node: the longest time to finish the index'
} as const
