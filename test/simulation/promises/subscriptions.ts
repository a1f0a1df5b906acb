/** A subscription receives each insight that is released while it listens. */
import { releasedOn } from '../agent/heard.ts'
import type { Subject } from '../subject.ts'
import type { Quiet } from './quiet.ts'

export async function unheardInsights(
  { name, running }: Subject,
  { acknowledged }: Quiet
): Promise<string[]> {
  const heard = running === undefined ? undefined : acknowledged.heard.of(running)
  if (running === undefined || heard?.before === undefined) return []
  const released = await releasedOn(running)
  // What this node was the first to publish is no news to it.
  const isOwn = (id: string): boolean =>
    (acknowledged.factsOf(name).has(id) && !heard.corroborated.has(id)) ||
    acknowledged.skillsOf(name).has(id)
  const isNews = (id: string): boolean => heard.before?.has(id) === false && !isOwn(id)
  return released
    .filter((id) => isNews(id) && !heard.ids.has(id))
    .map((id) => `${name} released ${id.slice(0, 6)}, and its subscription did not receive it`)
}
