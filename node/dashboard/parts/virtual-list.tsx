/**
 * A list of any length: only the rows in view are in the document. It is a list box: arrows, Page,
 * Home and End move, and the active row is named to screen readers with its place in the whole.
 */
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import type { ComponentChildren, VNode } from 'preact'

interface VirtualListProps<T> {
  readonly label: string
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** Pixels of each row. */
  readonly rowHeight: number
  readonly active: string | undefined
  readonly onActive: (item: T) => void
  /** Called near the end of the list. */
  readonly onEnd?: () => void
  readonly children: (item: T) => ComponentChildren
}

/** Rows drawn above and below the view. */
const MARGIN = 8

export function VirtualList<I>({
  label,
  items,
  keyOf,
  rowHeight,
  active,
  onActive,
  onEnd,
  children
}: VirtualListProps<I>): VNode {
  const box = useRef<HTMLDivElement>(null)
  const name = useId()
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)
  useEffect(() => {
    const { current } = box
    if (current === null) return
    const observer = new ResizeObserver(() => setHeight(current.clientHeight))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN)
  const last = Math.min(items.length, Math.ceil((top + height) / rowHeight) + MARGIN)
  useEffect(() => {
    if (last >= items.length - MARGIN) onEnd?.()
  }, [last, items.length])
  // A search of 100,000 items takes 3 ms, and the list is drawn at each key and while it is scrolled.
  const moved = useRef(-1)
  const at = useMemo(() => {
    const item = items[moved.current]
    return item !== undefined && keyOf(item) === active
      ? moved.current
      : items.findIndex((each) => keyOf(each) === active)
  }, [items, active])
  const move = (to: number): void => {
    const index = Math.max(0, Math.min(items.length - 1, to))
    const item = items[index]
    if (item === undefined) return
    moved.current = index
    onActive(item)
    reveal(box.current, index, rowHeight)
    // Drawn once, not again when the browser says that it has scrolled.
    setTop(box.current?.scrollTop ?? 0)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1)
    const to = targetOf(event.key, { at, page, length: items.length })
    if (to === undefined) return
    event.preventDefault()
    move(to)
  }
  return (
    <div
      ref={box}
      class="list"
      style={{ '--rows': `${items.length * rowHeight + 2}px` }}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at < first || at >= last ? undefined : `${name}-${at}`}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" class="rows" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, i) => (
          <div
            key={keyOf(item)}
            id={`${name}-${first + i}`}
            role="option"
            aria-selected={first + i === at}
            aria-setsize={items.length}
            aria-posinset={first + i + 1}
            class="row"
            style={{ height: `${rowHeight}px`, top: `${(first + i) * rowHeight}px` }}
            onClick={() => onActive(item)}
          >
            {children(item)}
          </div>
        ))}
      </div>
    </div>
  )
}

function targetOf(
  key: string,
  { at, page, length }: { at: number; page: number; length: number }
): number | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return at + 1
    case 'ArrowUp':
    case 'k':
      return at - 1
    case 'PageDown':
      return at + page
    case 'PageUp':
      return at - page
    case 'Home':
      return 0
    case 'End':
      return length - 1
    default:
      return undefined
  }
}

/** Scrolls no further than is needed. */
function reveal(box: HTMLElement | null, index: number, rowHeight: number): void {
  if (box === null) return
  const from = index * rowHeight
  if (from < box.scrollTop) box.scrollTop = from
  else if (from + rowHeight > box.scrollTop + box.clientHeight) {
    box.scrollTop = from + rowHeight - box.clientHeight
  }
}
