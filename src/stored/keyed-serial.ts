/** Tasks one after the other for each key; tasks of different keys run at once. */
import { Serial } from '../../crdt/index.ts'

interface Lane {
  readonly serial: Serial
  tasks: number
}

/** A key without a task takes no memory. */
export class KeyedSerial {
  readonly #lanes = new Map<string, Lane>()

  /** Resolves as the task does. A failed task does not stop those behind it. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key) ?? { serial: new Serial(), tasks: 0 }
    this.#lanes.set(key, lane)
    lane.tasks += 1
    try {
      return await lane.serial.run(task)
    } finally {
      lane.tasks -= 1
      if (lane.tasks === 0) this.#lanes.delete(key)
    }
  }
}
