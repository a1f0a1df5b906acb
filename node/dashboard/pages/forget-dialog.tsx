/** What forgetting a fact takes back, before it is forgotten. */
import { count } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { Dialog } from '../parts/dialog.tsx'
import { StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'

interface ForgetDialogProps {
  readonly id: string
  readonly onClose: () => void
  readonly onForgotten: () => void
}

interface Effects {
  readonly variants: number
  /** Whether this node has a vote on its public form. */
  readonly hasVote: boolean
  readonly others: number
}

export function ForgetDialog({ id, onClose, onForgotten }: ForgetDialogProps): VNode {
  const t = T.knowledge
  const effects = useLoaded((signal) => effectsOf(id, signal), [id])
  const forget = async (): Promise<void> => {
    const isForgotten = await act(async () => {
      const { retracted } = await api.forget({ id })
      return retracted ? t.forgottenVote : t.forgotten
    })
    onClose()
    if (isForgotten) onForgotten()
  }
  return (
    <Dialog
      title={t.forgetTitle}
      yes={t.forgetYes}
      isDanger
      onYes={() => void forget()}
      onClose={onClose}
    >
      <StateOf of={effects}>
        {({ variants, hasVote, others }) => (
          <ul class="findings">
            <li>
              {t.forgetLocal} {count(variants, t.forgetVariants)}.
            </li>
            <li>{hasVote ? t.forgetVote : t.forgetNoVote}</li>
            {hasVote ? <li>{others > 0 ? count(others, t.forgetOthers) : t.forgetAlone}</li> : null}
            <li>{t.forgetFinal}</li>
          </ul>
        )}
      </StateOf>
    </Dialog>
  )
}

/** The public form of a fact has the id that its preview has. */
async function effectsOf(id: string, signal: AbortSignal): Promise<Effects> {
  const [variants, preview] = await Promise.all([
    api.variants({ id }, { signal }),
    api.preview({ id }, { signal })
  ])
  const record = preview?.insight?.id
  const voices = record === undefined ? null : await api.voices({ id: record }, { signal })
  const hasVote = voices?.own === 'vouch'
  return {
    variants: variants.length,
    hasVote,
    others: Math.max(0, (voices?.vouches ?? 0) - (hasVote ? 1 : 0))
  }
}
