/** What a person does with a skill: test it, publish it, never use it, allow it again. */
import { useState } from 'preact/hooks'
import { api } from '../state/api.ts'
import { act } from '../state/notices.ts'
import { T } from '../strings.ts'
import { Dialog } from '../parts/dialog.tsx'
import type { VNode } from 'preact'
import type { ShownSkill } from './skill-evidence.tsx'

interface SkillActionsProps {
  readonly details: ShownSkill['details']
  readonly onChange: () => void
}

export function SkillActions({ details, onChange }: SkillActionsProps): VNode {
  const t = T.skills
  const [isAsking, setAsking] = useState(false)
  const { id: skill, status, skill: content } = details
  const isBlacklisted = status === 'blacklisted'
  const run = async (
    action: () => Promise<string>,
    undo?: () => Promise<string>
  ): Promise<void> => {
    if (await act(action, undo)) onChange()
  }
  const test = async (): Promise<string> => {
    const { passed, total } = await api.testSkill({ skill })
    return `${passed} / ${total} ${t.passed}`
  }
  const publish = async (): Promise<string> => {
    await api.publishSkill({ skill })
    return t.published
  }
  const pardon = async (reason: string): Promise<string> => {
    await api.pardonSkill({ skill, reason })
    onChange()
    return t.pardoned
  }
  const blacklist = async (reason: string): Promise<string> => {
    await api.blacklistSkill({ skill, reason })
    return t.blacklisted
  }
  const decide = async (why: string): Promise<void> => {
    setAsking(false)
    await (isBlacklisted
      ? run(() => pardon(why))
      : run(
          () => blacklist(why),
          () => pardon(T.common.undoAll)
        ))
  }
  return (
    <div class="actions">
      {content.tests.length === 0 || isBlacklisted ? null : (
        <button type="button" onClick={() => void run(test)}>
          {t.runTests}
        </button>
      )}
      {status === 'verified' ? (
        <button type="button" class="primary" onClick={() => void run(publish)}>
          {t.publish}
        </button>
      ) : null}
      <button type="button" class={isBlacklisted ? '' : 'danger'} onClick={() => setAsking(true)}>
        {isBlacklisted ? t.pardon : t.blacklist}
      </button>
      {isAsking ? (
        <Dialog
          title={isBlacklisted ? t.pardonTitle : t.blacklistTitle}
          yes={isBlacklisted ? t.pardon.replace(' …', '') : t.blacklist.replace(' …', '')}
          isDanger={!isBlacklisted}
          asksWhy
          onYes={(why) => void decide(why)}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  )
}
