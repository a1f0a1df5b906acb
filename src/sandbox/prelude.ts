/**
 * What a run finds beside the language: `console.log`, and `Math.random` by a seed; and what it does not
 * find, since no replay could repeat it. Evaluated before the source, so that what it returns to the host
 * cannot be replaced by it.
 */

/**
 * A function of `(write, random, maxErrorLength)` that returns `[parse, stringify, describe]`.
 * `describe` tells an error in two lines, its name and its message, whatever was thrown.
 */
export const PRELUDE = `(write, random, maxErrorLength) => {
  'use strict'
  const { parse, stringify } = JSON
  const toText = String
  const cut = Function.prototype.call.bind(String.prototype.slice)
  const flat = Function.prototype.call.bind(String.prototype.replaceAll)
  const join = Function.prototype.call.bind(Array.prototype.join)
  const map = Function.prototype.call.bind(Array.prototype.map)
  const describe = (thrown) => {
    let name = 'Error'
    let message = ''
    try {
      if (typeof thrown === 'object' && thrown !== null) {
        name = flat(cut(toText(thrown.name), 0, 64), '\\n', ' ')
        message = cut(toText(thrown.message), 0, maxErrorLength)
      } else {
        message = cut(toText(thrown), 0, maxErrorLength)
      }
    } catch {}
    return name + '\\n' + message
  }
  const shown = (value) => (typeof value === 'object' && value !== null ? stringify(value) : toText(value))
  const log = (...values) => write(join(map(values, shown), ' '))
  Math.random = random
  // What they tell hangs on when the engine collects garbage, which a replay need not repeat.
  delete globalThis.WeakRef
  delete globalThis.FinalizationRegistry
  globalThis.console = { log, info: log, warn: log, error: log, debug: log }
  return [parse, stringify, describe]
}`
