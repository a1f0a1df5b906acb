/** A titled part of a page, and a list of names with their values. */
import { useId } from 'preact/hooks'
import type { ComponentChildren, VNode } from 'preact'

interface PanelProps {
  readonly title: string
  readonly aside?: ComponentChildren
  readonly class?: string
  readonly children: ComponentChildren
}

export function Panel({ title, aside, class: name = '', children }: PanelProps): VNode {
  const id = useId()
  return (
    <section class={`panel ${name}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  )
}

export type Row = readonly [name: string, value: ComponentChildren]

/** Rows without a value are left out. */
export function Values({ rows }: { readonly rows: readonly (Row | undefined)[] }): VNode {
  return (
    <dl class="values">
      {rows.map((row) =>
        row === undefined ? null : (
          <div key={row[0]}>
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </div>
        )
      )}
    </dl>
  )
}

interface TableProps {
  readonly label: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
}

/** A table that scrolls within itself where the page is narrow. */
export function Table({ label, head, rows }: TableProps): VNode {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
