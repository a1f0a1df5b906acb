/** Logs the operations of a node: their names, results and times, and nothing of their inputs. */
import { errorFields } from './event-lines.ts'
import type { OperationObserver } from '../operations/index.ts'
import type { Log } from './log.ts'

export function operationLog(log: Log): OperationObserver {
  return {
    begin(name) {
      const began = performance.now()
      return (error) => {
        const fields = { operation: name, ms: Math.round((performance.now() - began) * 10) / 10 }
        if (error === undefined) log.line('debug', 'hive:operation', 'done', fields)
        else log.line('info', 'hive:operation', 'failed', { ...fields, ...errorFields(error) })
      }
    }
  }
}
