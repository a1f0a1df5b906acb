/** Skills, as the work of a plan. */
import { HiveError } from '../../../src/errors.ts'
import type { Cortex } from '../../../src/runtime/cortex.ts'
import type { Step } from '../plan/step.ts'
import type { Acknowledged } from './acknowledged.ts'

/** Different skills, and uses in one step. */
const SKILLS = 3
const USES = 25

export class SkillWork {
  readonly #acknowledged: Acknowledged
  readonly #name: string
  readonly #check: (text: string) => void

  constructor(acknowledged: Acknowledged, name: string, check: (text: string) => void) {
    this.#acknowledged = acknowledged
    this.#name = name
    this.#check = check
  }

  async add({ subject }: Step, { capabilities }: Cortex): Promise<string> {
    const name = `add-${subject % SKILLS}`
    const { id, status } = await capabilities.registerCapability({
      name,
      description: `Adds ${subject % SKILLS} to a number.`,
      kind: 'code',
      source: `export default (number) => number + ${subject % SKILLS}`,
      tests: [{ input: 1, output: 1 + (subject % SKILLS) }]
    })
    this.#acknowledged.skillsOf(this.#name).set(id, name)
    return `${id.slice(0, 6)} ${status}`
  }

  /** Often enough that uses verify it, and it is shared. */
  async use({ subject }: Step, { capabilities }: Cortex): Promise<string | undefined> {
    const skills = [...this.#acknowledged.skillsOf(this.#name)]
    const [id, name] = skills[subject % Math.max(1, skills.length)] ?? []
    if (id === undefined || name === undefined) return undefined
    try {
      for (let number = 0; number < USES; number++) {
        const { output } = await capabilities.invoke(id, number)
        const sum = number + Number(name.slice('add-'.length))
        if (output !== sum) this.#check(`${name} gave ${JSON.stringify(output)} for ${number}`)
      }
    } catch (error) {
      const isUntested = error instanceof HiveError && error.code === 'SKILL_STATUS'
      // A dispute of the swarm sends it back to its tests.
      if (isUntested && this.#acknowledged.wasDisputed(id)) return `${name}, which is disputed`
      throw error
    }
    return `${name}, ${(await capabilities.get(id)).status}`
  }
}
