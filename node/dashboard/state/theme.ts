/** The theme: that of the system, unless the user chose one. */
import { effect, signal } from '@preact/signals'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'hive-theme'
const prefersDark = matchMedia('(prefers-color-scheme: dark)')

export const theme = signal<Theme>(
  THEMES.find((name) => name === localStorage.getItem(KEY)) ?? 'system'
)

/** Changes with the theme: what draws on a canvas reads its colours again. */
export const isDark = signal(prefersDark.matches)

export function followTheme(): void {
  const update = (): void => {
    isDark.value = theme.peek() === 'system' ? prefersDark.matches : theme.peek() === 'dark'
  }
  prefersDark.addEventListener('change', update)
  effect(() => {
    const { documentElement } = document
    if (theme.value === 'system') delete documentElement.dataset['theme']
    else documentElement.dataset['theme'] = theme.value
    localStorage.setItem(KEY, theme.value)
    update()
  })
}
