/** `cortex.capabilities`: the skills of an agent. This version can register none, and says so. */

export interface PreWarmedSkill {
  readonly id: string
  readonly name: string
  /** 0 to 1: how far the evidence has come towards promotion. */
  readonly verificationProgress: number
  /** 0 to 1. */
  readonly predictedReliability: number
  readonly warmedAt: Date
}

export class Capabilities {
  /** Skills made ready before their promotion; empty, since there is no way to register a skill yet. */
  getPreWarmedSkills(): Promise<PreWarmedSkill[]> {
    return Promise.resolve([])
  }
}
