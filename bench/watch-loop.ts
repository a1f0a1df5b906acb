/** Samples the event loop while something runs. */

/** Returns a call that ends the watch and gives the longest stall, in milliseconds. */
export function watchLoop(): () => number {
  let last = performance.now()
  let longest = 0
  const see = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last - 1)
    last = now
  }
  const timer = setInterval(see, 1)
  return () => {
    clearInterval(timer)
    see()
    return Math.max(0, longest)
  }
}
