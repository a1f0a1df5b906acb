/** Draws the lines of a chart by uPlot, in the colours of the theme. */
import uPlot from 'uplot'
import type { ChartProps } from './chart.tsx'

export const HEIGHT = 220

/** Returns what ends the drawing. */
export function draw(props: ChartProps, box: HTMLElement): () => void {
  const [x = [], ...others] = props.data
  const values: uPlot.AlignedData = [x.map(Number), ...others.map((each) => [...each])]
  const plot = new uPlot(optionsOf(props, box.clientWidth), values, box)
  const observer = new ResizeObserver(() =>
    plot.setSize({ width: box.clientWidth, height: HEIGHT })
  )
  observer.observe(box)
  return () => {
    observer.disconnect()
    plot.destroy()
  }
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
