/**
 * A chart with the same numbers as a table. It is drawn when it is seen: on a narrow screen it is below
 * the first view, and the first numbers that uPlot writes take 50 ms.
 */
import { useEffect, useRef } from 'preact/hooks'
import { isDark } from '../state/theme.ts'
import { T } from '../strings.ts'
import { Table } from './panel.tsx'
import type { ComponentChildren, VNode } from 'preact'

export interface Line {
  readonly label: string
  /** A custom property of the style sheet. */
  readonly colour: string
  /** The left scale, or one of its own at the right. */
  readonly side?: 'left' | 'right'
  readonly isDashed?: boolean
  readonly isDotted?: boolean
}

export interface ChartProps {
  readonly label: string
  readonly lines: readonly Line[]
  /** The x values, then those of each line. */
  readonly data: readonly (readonly (number | null)[])[]
  readonly isTime?: boolean
  readonly xLabel?: string
  readonly range?: readonly [number, number]
  readonly head: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
}

export function Chart(props: ChartProps): VNode {
  const box = useRef<HTMLDivElement>(null)
  const dark = isDark.value
  const { label, lines, data, head, rows } = props
  useEffect(() => {
    const { current } = box
    if (current === null) return
    return drawWhenSeen(props, current)
  }, [data, dark])
  return (
    <figure class="chart">
      <figcaption>
        <span>{label}</span>
        {lines.map((line) => (
          <span key={line.label} class="key">
            <svg width="18" height="8" aria-hidden="true">
              <line x1="0" y1="4" x2="18" y2="4" class={`stroke ${line.colour.slice(2)}`} />
            </svg>
            {line.label}
          </span>
        ))}
      </figcaption>
      <div ref={box} class="plot" aria-hidden="true" />
      <details>
        <summary>{T.common.table}</summary>
        <Table label={label} head={head} rows={rows} />
      </details>
    </figure>
  )
}

/** Returns what ends the drawing, or the wait. */
function drawWhenSeen(props: ChartProps, box: HTMLElement): () => void {
  let stop: (() => void) | undefined
  const end = new AbortController()
  const start = async (): Promise<void> => {
    try {
      const { draw } = await import('./plot.ts')
      if (!end.signal.aborted) stop = draw(props, box)
    } catch {
      // The node has ended or was updated; the table has the numbers.
    }
  }
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return
    observer.disconnect()
    void start()
  })
  observer.observe(box)
  return () => {
    end.abort()
    observer.disconnect()
    stop?.()
  }
}
