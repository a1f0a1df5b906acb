/** The dashboard of a node. */
import { render } from 'preact'
import { App } from './app.tsx'
import { followEvents } from './state/live.ts'
import { followLogins, logIn } from './state/session.ts'
import { followTheme } from './state/theme.ts'

followTheme()
void logIn()
followLogins()
followEvents()
const root = document.querySelector('#app')
if (root !== null) render(<App />, root)
