/** Choices of which one is open. */
import type { VNode } from 'preact'

interface TabsProps<Name extends string> {
  readonly label: string
  readonly names: readonly Name[]
  readonly texts: Readonly<Record<Name, string>>
  readonly open: Name
  readonly onOpen: (name: Name) => void
}

export function Tabs<Name extends string>({
  label,
  names,
  texts,
  open,
  onOpen
}: TabsProps<Name>): VNode {
  return (
    <div class="tabs" role="group" aria-label={label}>
      {names.map((name) => (
        <button key={name} type="button" aria-pressed={name === open} onClick={() => onOpen(name)}>
          {texts[name]}
        </button>
      ))}
    </div>
  )
}
