/**
 * Text of other nodes: shown as text, without characters that reorder, hide or control, and marked.
 * A long one is cut until the reader asks for all of it.
 */
import { useState } from 'preact/hooks'
import { whole } from '../format.ts'
import { T } from '../strings.ts'
import { cleanText } from './clean-text.ts'
import type { VNode } from 'preact'

/** Characters that are shown at first, and at most. */
const SHORT = 1_200
const LONG = 200_000

/** One line of a list. */
export function ForeignLine({ text, length = 300 }: { text: string; length?: number }): VNode {
  return <bdi class="foreign-line">{cleanText(text.slice(0, length)).replaceAll(/\s+/g, ' ')}</bdi>
}

/** A whole text, under its mark unless it is of this node. */
export function ForeignText({ text, isOwn = false }: { text: string; isOwn?: boolean }): VNode {
  const [isWhole, setWhole] = useState(false)
  const limit = isWhole ? LONG : SHORT
  return (
    <div class={isOwn ? 'text' : 'text foreign'}>
      {isOwn ? null : <span class="mark">{T.common.foreign}</span>}
      <bdi>{cleanText(text.slice(0, limit))}</bdi>
      {text.length > limit ? (
        <p class="quiet">
          {T.common.cut} {whole(limit)} {T.common.chars[1]} ({whole(text.length)}).{' '}
          {isWhole ? null : (
            <button type="button" class="plain" onClick={() => setWhole(true)}>
              {T.common.showAll}
            </button>
          )}
        </p>
      ) : null}
    </div>
  )
}
