/**
 * The clock of a thread that runs skills. The engine asks its JavaScript host for time and time
 * zone; the host is this thread, which returns the time of the run, and UTC.
 */

/** The default time, also while a source is parsed. */
export const DEFAULT_NOW = Date.UTC(2026, 0, 1)

let current = DEFAULT_NOW

/** Permanent: nothing else in this thread may need the real time of day. */
export function installVirtualClock(): void {
  Date.now = () => current
  const zone = Date.prototype
  zone.getTimezoneOffset = () => 0
  zone.getFullYear = function () {
    return this.getUTCFullYear()
  }
  zone.getMonth = function () {
    return this.getUTCMonth()
  }
  zone.getDate = function () {
    return this.getUTCDate()
  }
  zone.getDay = function () {
    return this.getUTCDay()
  }
  zone.getHours = function () {
    return this.getUTCHours()
  }
  zone.getMinutes = function () {
    return this.getUTCMinutes()
  }
  zone.getSeconds = function () {
    return this.getUTCSeconds()
  }
}

export function setClock(now: number): void {
  current = now
}
