/** One skill: its evidence, competitors, repairs, failures, source and tests. */
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { ForeignText } from '../parts/foreign-text.tsx'
import { StateOf } from '../parts/state-of.tsx'
import { SkillActions } from './skill-actions.tsx'
import { SkillEvidence } from './skill-evidence.tsx'
import { Competitors, Failures, Lineage, SourceAndTests, Transitions } from './skill-parts.tsx'
import type { VNode } from 'preact'

interface SkillDetailProps {
  readonly skill: string
  readonly onChange: () => void
}

export function SkillDetail({ skill, onChange }: SkillDetailProps): VNode {
  const shown = useLoaded((signal) => api.showSkill({ skill }, { signal }), [skill], ['skill:'])
  const changed = (): void => {
    shown.reload()
    onChange()
  }
  return (
    <article class="detail">
      <StateOf of={shown}>
        {(found) => {
          const { details } = found
          const isOwn = details.provenance.from !== 'hive'
          return (
            <>
              <h2>{details.name}</h2>
              <ForeignText text={details.description} isOwn={isOwn} />
              <SkillActions details={details} onChange={changed} />
              <SkillEvidence shown={found} />
              <h3>{T.skills.competitors}</h3>
              <Competitors shown={found} />
              <h3>{T.skills.repairs}</h3>
              <Lineage shown={found} />
              <h3>{T.skills.failures}</h3>
              <Failures shown={found} />
              <h3>{T.skills.history}</h3>
              <Transitions shown={found} />
              <SourceAndTests shown={found} isOwn={isOwn} />
            </>
          )
        }}
      </StateOf>
    </article>
  )
}
