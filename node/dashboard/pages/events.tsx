/** Events: live, filtered by kind and words, exported as JSON Lines. */
import { useMemo, useState } from 'preact/hooks'
import { count, jsonText, timeText } from '../format.ts'
import { events, isPaused } from '../state/live.ts'
import { T } from '../strings.ts'
import { ForeignLine, ForeignText } from '../parts/foreign-text.tsx'
import { VirtualList } from '../parts/virtual-list.tsx'
import { saveLines } from '../parts/save-lines.ts'
import type { VNode } from 'preact'
import type { LiveEvent } from '../state/live.ts'

const ROW = 60

export function Events(): VNode {
  const t = T.events
  const [kind, setKind] = useState('')
  const [words, setWords] = useState('')
  const [active, setActive] = useState<LiveEvent>()
  const all = events.value
  const kinds = useMemo(() => [...new Set(all.map(({ event }) => event))].toSorted(), [all])
  const shown = useMemo(() => filtered(all, kind, words).toReversed(), [all, kind, words])
  return (
    <>
      <h1>{t.title}</h1>
      <p>{t.intro}</p>
      <div class="tools">
        <label class="field">
          {t.kind}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            <option value="">{t.all}</option>
            {kinds.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="field grow">
          {t.filter}
          <input
            type="search"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        <button
          type="button"
          aria-pressed={isPaused.value}
          onClick={() => {
            isPaused.value = !isPaused.value
          }}
        >
          {isPaused.value ? t.resume : t.pause}
        </button>
        <button
          type="button"
          disabled={shown.length === 0}
          onClick={() => saveLines('events.jsonl', shown.toReversed())}
        >
          {t.export}
        </button>
      </div>
      <p class="quiet" role="status">
        {count(shown.length, T.common.items)} {isPaused.value ? t.paused : ''}
      </p>
      {shown.length === 0 ? (
        <p class="empty">{all.length === 0 ? t.empty : t.noMatch}</p>
      ) : (
        <div class="split">
          <VirtualList
            label={t.list}
            items={shown}
            keyOf={keyOf}
            rowHeight={ROW}
            active={active === undefined ? undefined : keyOf(active)}
            onActive={setActive}
          >
            {({ event, at, data }) => (
              <>
                <span class="line">
                  <strong>{event}</strong> <time class="quiet">{timeText(at)}</time>
                </span>
                <span class="line quiet">
                  <ForeignLine text={jsonText(data)} />
                </span>
              </>
            )}
          </VirtualList>
          {active === undefined ? null : (
            <div class="detail">
              <h2>{active.event}</h2>
              <p class="quiet">{timeText(active.at)}</p>
              <ForeignText text={JSON.stringify(active.data, null, 2)} />
            </div>
          )}
        </div>
      )}
    </>
  )
}

function keyOf({ id, at }: LiveEvent): string {
  return `${id} ${at}`
}

function filtered(all: readonly LiveEvent[], kind: string, words: string): LiveEvent[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return all.filter(({ event, data }) => {
    if (kind !== '' && event !== kind) return false
    if (wanted.length === 0) return true
    const text = `${event} ${jsonText(data)}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}
