/**
 * The globals that a run has beside the language: `console.log` and a seeded `Math.random`. Removes
 * globals that no replay could repeat. Evaluated before the source, so that the source cannot
 * replace the functions that it returns to the host.
 */

/**
 * A function of `(write, random, maxErrorLength)` that returns `[parse, stringify, describe]`.
 * `describe` returns the name and the message of any thrown value, in two lines.
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
  // They reveal when the engine collects garbage, which a replay need not repeat.
  delete globalThis.WeakRef
  delete globalThis.FinalizationRegistry
  globalThis.console = { log, info: log, warn: log, error: log, debug: log }
  return [parse, stringify, describe]
}`
