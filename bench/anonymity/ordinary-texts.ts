/** Ordinary texts of public repositories: commit subjects and sentences of Markdown files. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AMBIGUOUS_NAMES, GIVEN_NAMES } from '../../src/anonymity/words/given-names.ts'
import { split, paragraphsOf } from '../foreign-text/notes.ts'

/** Repositories that rules were made with; all others in the folder are for the report. */
export const FITTED: ReadonlySet<string> = new Set([
  'pallets+flask',
  'gin-gonic+gin',
  'tokio-rs+tokio',
  'jqlang+jq',
  'psf+requests',
  'celery+celery',
  'caddyserver+caddy',
  'BurntSushi+ripgrep',
  'expressjs+express',
  'pypa+pip',
  'rust-lang+cargo',
  'etcd-io+etcd',
  'sinatra+sinatra',
  'vuejs+core',
  'curl+curl',
  'jekyll+jekyll',
  'nodejs+undici',
  'numpy+numpy',
  'thanos-io+thanos',
  'sharkdp+fd',
  'resque+resque',
  'spf13+viper',
  'encode+starlette',
  'twisted+twisted',
  'rollup+rollup',
  'alacritty+alacritty',
  'redis+redis',
  'mawww+kakoune',
  'junegunn+fzf',
  'grafana+loki',
  'pallets+jinja',
  'containerd+containerd',
  'rubocop+rubocop',
  'serde-rs+serde',
  'jestjs+jest',
  'sveltejs+svelte',
  'square+retrofit',
  'spring-projects+spring-boot',
  'nginx+nginx',
  'laravel+framework',
  'elixir-lang+elixir',
  'ocaml+dune',
  'ansible+ansible',
  'getsentry+sentry-python',
  'minio+minio',
  'git+git',
  'apache+kafka',
  'jgm+pandoc',
  'rails+rails',
  'docker+compose',
  'helm+helm',
  'eslint+eslint',
  'babel+babel',
  'symfony+symfony',
  'python-poetry+poetry',
  'Alamofire+Alamofire',
  'nushell+nushell',
  'zsh-users+zsh',
  'sphinx-doc+sphinx',
  'libgit2+libgit2',
  'cockroachdb+pebble',
  'haproxy+haproxy',
  'duckdb+duckdb',
  'crystal-lang+crystal',
  'moby+moby',
  'tmuxinator+tmuxinator',
  'rack+rack',
  'lodash+lodash',
  'gulpjs+gulp',
  'Masterminds+sprig',
  'charmbracelet+bubbletea',
  'vectordotdev+vector',
  'guard+guard',
  'tqdm+tqdm',
  'sympy+sympy',
  'mongodb+mongo-go-driver',
  'openjdk+jmh',
  'ReactiveX+RxJava',
  'rabbitmq+rabbitmq-server',
  'vim+vim',
  'nvm-sh+nvm',
  'cli+cli'
])

const SUBJECTS = 300
const SENTENCES = 300
const FILES = 40
const MARKDOWN = /^(?:[^/]*|(?:docs?|website|content)\/.*|(?:.*\/)?readme)\.md$/i
/** Lists of persons, and translations. */
const OTHER =
  /change|release|history|news|author|contribut|sponsor|backers|people|docs\/(?!en\b)[a-z]{2}(?:-\w+)?\/|readme[-_.][a-z]{2}\b/i
const MAX_BYTES = 256 * 1024 * 1024

export interface OrdinaryTexts {
  readonly subjects: readonly string[]
  readonly sentences: readonly string[]
  /** Names of persons in the log, and each word of them. */
  readonly persons: ReadonlySet<string>
}

/** `folder/repositories` has a git directory for each repository: `OWNER+NAME`. */
export function readOrdinaryTexts(folder: string, isFitted: boolean): OrdinaryTexts {
  const subjects = new Set<string>()
  const sentences = new Set<string>()
  const persons = new Set<string>()
  for (const name of readdirSync(join(folder, 'repositories')).toSorted()) {
    if (FITTED.has(name) !== isFitted) continue
    const repository = join(folder, 'repositories', name)
    for (const subject of subjectsOf(repository)) subjects.add(subject)
    for (const sentence of sentencesOf(repository)) sentences.add(sentence)
    for (const person of personsOf(repository)) persons.add(person)
  }
  return { subjects: [...subjects], sentences: [...sentences], persons }
}

/** A name in brackets, or before a colon: `(Ada Lovelace)`, `23236: Ada Lovelace: fix ...`. */
const SIGNED =
  /\((\p{Lu}\p{Ll}+ (?:\p{Lu}\.? )?\p{Lu}[\p{L}'’-]+)\)|^(?:\d+: )?(\p{Lu}\p{Ll}+ (?:\p{Lu}\.? )?\p{Lu}[\p{L}'’-]+)(?=: )|(?:[Cc]redits?|[Mm]ention) (\p{Lu}\p{Ll}+ (?:\p{Lu}\.? )?\p{Lu}[\p{L}'’-]+)/gmu

/** Where a message credits a person: `from Ada Lovelace`, `thanks to Grace M. Hopper`. */
const CREDIT =
  /\b(?:from|by|[Tt]hanks to|[Ww]ith|[Aa]dd(?:ed)?) ((?:\p{Lu}[\p{L}'’-]+ )(?:\p{Lu}\.? |(?:van|von|de|der|den|di|da|la) )*\p{Lu}[\p{L}'’-]+)(?= to AUTHORS|['’]s|[.,;:)(\n<]|$| <| via\b| and\b)|^[-* ]*(\p{Lu}\p{Ll}+ \p{Lu}[\p{L}'’-]+)(?=['’]s | (?:fixed|found|provided|reported|pointed|made|added|improved|corrected|filed|detected|noticed|needed)\b)/gmu

/**
 * Authors, committers, persons in trailers, and those whom a message credits. The first word of a
 * credited name is a given name, or is not written in small letters anywhere in the log, as names of
 * software are.
 */
function personsOf(repository: string): string[] {
  const format = '--format=%an%n%cn%n%(trailers:valueonly,unfold)'
  const log = git(repository, 'log', '--format=%B')
  const small = new Set(log.match(/(?<![\p{L}\d])\p{Ll}+/gu))
  const credited = [...log.matchAll(CREDIT), ...log.matchAll(SIGNED)]
    .map(([, ...groups]) => groups.find((name) => name !== undefined) ?? '')
    .filter((name) => {
      const words = (name.match(/\p{L}{3,}/gu) ?? []).map((word) => word.toLowerCase())
      const [first = ''] = words
      const isGiven = GIVEN_NAMES.has(first) || AMBIGUOUS_NAMES.has(first)
      return isGiven || !small.has(first)
    })
  const lines = new Set([...git(repository, 'log', format).split('\n'), ...credited])
  const names = [...lines].map((line) => line.replace(/<.*/, '').trim().toLowerCase())
  return names
    .filter((name) => /^\p{L}[\p{L}. '’-]{2,40}$/u.test(name))
    .flatMap((name) => [name, ...name.split(' ').filter((word) => word.length > 2)])
}

function subjectsOf(repository: string): string[] {
  return spread(git(repository, 'log', '--no-merges', '--format=%s').split('\n'), SUBJECTS)
}

function sentencesOf(repository: string): string[] {
  const files = git(repository, 'ls-tree', '-r', '--name-only', 'HEAD').split('\n')
  const texts = files
    .filter((file) => MARKDOWN.test(file) && !OTHER.test(file))
    .slice(0, FILES)
    .map((file) => git(repository, 'show', `HEAD:${file}`))
  const sentences = texts.flatMap(paragraphsOf).flatMap(split)
  return spread([...new Set(sentences.filter((text) => !text.startsWith('{')))], SENTENCES)
}

/** At most `count` items at equal distances. */
function spread(items: readonly string[], count: number): string[] {
  const step = Math.max(1, items.length / count)
  return Array.from(
    { length: Math.min(count, items.length) },
    (_, i) => items[Math.floor(i * step)] ?? ''
  ).filter((item) => item !== '')
}

function git(repository: string, ...args: string[]): string {
  return execFileSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
    maxBuffer: MAX_BYTES
  })
}
