/** What the page shows before its login. */
import { login } from '../state/session.ts'
import { T } from '../strings.ts'
import type { VNode } from 'preact'

export function SignIn(): VNode {
  if (login.value === 'pending') return <p role="status">{T.login.pending}</p>
  return (
    <>
      <h1>{T.login.title}</h1>
      <p>{login.value === 'refused' ? T.login.refused : T.login.out}</p>
      <pre class="command">{T.login.command}</pre>
    </>
  )
}
