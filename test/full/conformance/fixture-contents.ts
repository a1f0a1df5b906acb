/** Contents of the conformance fixtures. */
import type { CallToolResult } from '@modelcontextprotocol/server'

/** A red point as PNG, and a sound of no length as WAV. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
export const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA=='

export function text(content: string): CallToolResult {
  return { content: [{ type: 'text', text: content }] }
}
