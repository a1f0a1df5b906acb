/** Folders of clients on each system. */
import { posix, win32 } from 'node:path'
import { ownedFile } from '../edits/owned-file.ts'
import { skillText } from '../skill-text.ts'
import type { ClientFile, Place } from '../client.ts'

/** Joins in the manner of the place's system, so that one machine can show the paths of all. */
export function joinPath({ platform }: Place, ...parts: readonly string[]): string {
  return platform === 'win32' ? win32.join(...parts) : posix.join(...parts)
}

export function inHome(place: Place, ...parts: readonly string[]): string {
  return joinPath(place, place.home, ...parts)
}

/** A path in the project; only for project scope. */
export function inProject(place: Place, ...parts: readonly string[]): string {
  return joinPath(place, place.project ?? '', ...parts)
}

/** A folder that an environment variable moves. */
export function movable(place: Place, variable: string, ...parts: readonly string[]): string {
  const moved = place.env[variable]
  return moved === undefined || moved === '' ? inHome(place, ...parts) : moved
}

/** `~/.config`, also on macOS, where these clients do not use `Library`. */
export function configFolder(place: Place): string {
  const moved = place.env['XDG_CONFIG_HOME']
  return moved?.startsWith('/') === true ? moved : inHome(place, '.config')
}

/** `%APPDATA%` */
export function appData(place: Place): string {
  return movable(place, 'APPDATA', 'AppData', 'Roaming')
}

/** The skill in the folder that most clients share. */
export function sharedSkill(place: Place): ClientFile {
  const folder = ['.agents', 'skills', 'hive', 'SKILL.md']
  return skillFile(
    place.project === undefined ? inHome(place, ...folder) : inProject(place, ...folder)
  )
}

export function skillFile(path: string): ClientFile {
  return { kind: 'skill', paths: [path], edit: ownedFile(skillText()) }
}
