/** Results in the form that JSON gives them: a time is text. */
export function jsonify(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)
}
