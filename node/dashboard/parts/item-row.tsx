/** The row of an item in a list: its title and text on one line, and what is known of it below. */
import { ForeignLine } from './foreign-text.tsx'
import type { ComponentChildren, VNode } from 'preact'

interface ItemRowProps {
  readonly title: string
  readonly text: string
  readonly children: ComponentChildren
}

export function ItemRow({ title, text, children }: ItemRowProps): VNode {
  return (
    <>
      <span class="line">
        <strong>
          <ForeignLine text={title} />
        </strong>{' '}
        <ForeignLine text={text} />
      </span>
      <span class="line quiet">{children}</span>
    </>
  )
}
