/**
 * Packages whose documentation and changelogs serve as notes, with their versions. `node
 * bench/foreign-text/packages.ts` prints them for `npm pack`.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The weights are fitted to their notes. */
export const FITTED: readonly string[] = [
  '@apollo/client@4.3.8',
  '@codemirror/autocomplete@6.20.4',
  '@codemirror/view@6.43.15',
  'async@3.2.6',
  'axios@1.21.1',
  'browserify@17.0.1',
  'codemirror@5.65.21',
  'commander@15.1.0',
  'ember-cli@7.3.0',
  'eslint-plugin-jsdoc@65.4.3',
  'eslint-plugin-jsx-a11y@6.10.2',
  'fastify@5.12.8',
  'handlebars@4.7.10',
  'highlight.js@11.12.0',
  'ioredis@6.0.0',
  'jszip@3.10.2',
  'knex@3.3.0',
  'leaflet@1.9.4',
  'moment@2.31.0',
  'mysql@2.18.1',
  'node-gyp@13.1.0',
  'npm@12.2.2',
  'pino@10.4.0',
  'pm2@7.0.4',
  'pnpm@12.21.0',
  'prosemirror-model@1.25.13',
  'prosemirror-view@1.44.0',
  'protobufjs@8.8.1',
  'request@2.88.2',
  'rxjs@7.8.2',
  'sails@1.5.18',
  'tape@5.10.2',
  'undici@8.13.1'
]

/** The threshold is chosen by their notes. */
export const CALIBRATED: readonly string[] = [
  'bunyan@2.0.5',
  'eslint-plugin-react@7.37.5',
  'karma@6.4.4',
  'markdownlint@0.42.1',
  'nodemailer@10.6.1',
  'prettier@3.10.1',
  'react-router@8.5.3',
  'serverless@4.43.0',
  'webpack@5.113.0'
]

/** Used by the report alone, as is all that is in `node_modules`. */
export const TESTED: readonly string[] = [
  'bull@4.16.5',
  'dompurify@3.5.0',
  'eslint-plugin-import@2.32.0',
  'eslint-plugin-unicorn@80.0.0',
  'execa@10.2.1',
  'got@16.1.0',
  'helmet@8.3.0',
  'immutable@5.2.1',
  'inquirer@14.2.5',
  'lint-staged@17.6.1',
  'log4js@6.9.1',
  'mongodb@7.9.0',
  'nodemon@3.1.14',
  'passport@0.7.0',
  'restify@12.0.0',
  'semantic-release@25.0.9',
  'showdown@2.1.0',
  'uuid@14.0.3',
  'validator@13.15.35'
]

/** The folder of a package, named as `npm pack` names its archive. */
export function folderOf(root: string, spec: string): string {
  return join(root, spec.replace(/^@/, '').replace('/', '-').replace('@', '-'))
}

/** Markdown files below a folder in a fixed order, without those of nested packages. */
export function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : markdownFiles(path)
      return /\.(?:md|markdown)$/i.test(entry.name) ? [path] : []
    })
}

if (import.meta.main) console.log([...FITTED, ...CALIBRATED, ...TESTED].join(' '))
