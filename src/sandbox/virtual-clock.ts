/**
 * The clock of a thread that runs skills. The engine asks its JavaScript host for the time and the time
 * zone, which is this thread: what it sees is what the run was given, and UTC.
 */

/** When nothing else is asked for, and always while a source is read. */
export const DEFAULT_NOW = Date.UTC(2026, 0, 1)

let current = DEFAULT_NOW

/** For good: nothing else in this thread may need the true time of day. */
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
