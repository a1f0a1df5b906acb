/** A chart by uPlot, in the colours of the theme, with the same numbers as a table. */
import uPlot from 'uplot'
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

interface ChartProps {
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

const HEIGHT = 220

export function Chart(props: ChartProps): VNode {
  const box = useRef<HTMLDivElement>(null)
  const dark = isDark.value
  const { label, lines, data, head, rows } = props
  useEffect(() => {
    const { current } = box
    if (current === null) return
    const [x = [], ...others] = data
    const values: uPlot.AlignedData = [x.map(Number), ...others.map((each) => [...each])]
    const plot = new uPlot(optionsOf(props, current.clientWidth), values, current)
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: current.clientWidth, height: HEIGHT })
    )
    observer.observe(current)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
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
      <div ref={box} aria-hidden="true" />
      <details>
        <summary>{T.common.table}</summary>
        <Table label={label} head={head} rows={rows} />
      </details>
    </figure>
  )
}

function optionsOf({ lines, isTime, xLabel, range }: ChartProps, width: number): uPlot.Options {
  const axis = { stroke: resolved('--quiet'), grid: { stroke: resolved('--line'), width: 1 } }
  const hasRight = lines.some(({ side }) => side === 'right')
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: isTime === true },
      ...(range === undefined ? {} : { left: { range: [...range] } })
    },
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        scale: line.side ?? 'left',
        stroke: resolved(line.colour),
        width: 2,
        ...(line.isDashed === true ? { dash: [6, 4], points: { show: false } } : {}),
        ...(line.isDotted === true ? { dash: [2, 4], points: { show: false } } : {})
      }))
    ],
    axes: [
      { ...axis, ...(xLabel === undefined ? {} : { label: xLabel, labelSize: 22 }) },
      { ...axis, scale: 'left', size: 64 },
      ...(hasRight
        ? [{ ...axis, scale: 'right', side: 1 as const, size: 64, grid: { show: false } }]
        : [])
    ]
  }
}

/** The colour of a custom property, as a canvas takes it. */
function resolved(name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
