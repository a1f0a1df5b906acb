/** The attacks of `attackers.ts`, in a file that starts none. */
export const ATTACKS = ['repeats', 'stems', 'slots', 'inflated'] as const
export type Attack = (typeof ATTACKS)[number]
