/** Choices of which one is open: the parameter `tab` of the address. */
import { setParameters } from '../state/route.ts'
import type { VNode } from 'preact'

interface TabsProps<Name extends string> {
  readonly label: string
  readonly names: readonly Name[]
  readonly texts: Readonly<Record<Name, string>>
  readonly open: Name
}

export function Tabs<Name extends string>({ label, names, texts, open }: TabsProps<Name>): VNode {
  return (
    <div class="tabs" role="group" aria-label={label}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === open}
          onClick={() => setParameters({ tab: name })}
        >
          {texts[name]}
        </button>
      ))}
    </div>
  )
}
