/**
 * `AbortSignal.any` for a simulation. That of Node.js keeps a signal with listeners as long as a source
 * may abort: those of an ended simulation for ever. This one listens to its sources only while somebody
 * listens to it, so a source that lives as long as its node has no list of all requests there have been.
 */

/** What Node.js calls when a listener comes or goes: with the number there are then, and their type. */
type ListenerHook = (this: AbortSignal, size: number, type: string, ...rest: unknown[]) => void

const NEW_LISTENER = hookOf('kNewListener')
const REMOVE_LISTENER = hookOf('kRemoveListener')

const abortedOf = getterOf('aborted')
const reasonOf = getterOf('reason')

export function anyOf(signals: Iterable<AbortSignal>): AbortSignal {
  const sources = [...signals]
  const controller = new AbortController()
  const { signal } = controller
  const follow = (): void => {
    if (abortedOf(signal) === true) return
    const aborted = sources.find((source) => source.aborted)
    if (aborted === undefined) return
    ignore()
    controller.abort(aborted.reason)
  }
  const ignore = (): void => {
    for (const source of sources) source.removeEventListener('abort', follow)
  }
  follow()
  if (abortedOf(signal) === true) return signal
  Object.defineProperties(signal, {
    aborted: { get: () => (follow(), abortedOf(signal)) },
    reason: { get: () => (follow(), reasonOf(signal)) },
    throwIfAborted: {
      value: () => {
        follow()
        if (abortedOf(signal) === true) throw reasonOf(signal)
      }
    },
    [NEW_LISTENER.symbol]: {
      value: (size: number, type: string, ...rest: unknown[]) => {
        NEW_LISTENER.run.call(signal, size, type, ...rest)
        if (type !== 'abort' || size !== 1 || abortedOf(signal) === true) return
        for (const source of sources) source.addEventListener('abort', follow)
      }
    },
    [REMOVE_LISTENER.symbol]: {
      value: (size: number, type: string, ...rest: unknown[]) => {
        REMOVE_LISTENER.run.call(signal, size, type, ...rest)
        if (type === 'abort' && size === 0) ignore()
      }
    }
  })
  return signal
}

/** A method of signals that has a symbol of Node.js for its name. */
function hookOf(name: string): { readonly symbol: symbol; readonly run: ListenerHook } {
  const symbol = Object.getOwnPropertySymbols(AbortSignal.prototype).find(
    ({ description }) => description === name
  )
  if (symbol === undefined) throw new Error(`Signals of this Node.js have no ${name}.`)
  return { symbol, run: Reflect.get(AbortSignal.prototype, symbol) as ListenerHook }
}

function getterOf(name: 'aborted' | 'reason'): (signal: AbortSignal) => unknown {
  const get = Object.getOwnPropertyDescriptor(AbortSignal.prototype, name)?.get
  if (get === undefined) throw new Error(`Signals of this Node.js have no getter of ${name}.`)
  return (signal) => get.call(signal) as unknown
}
