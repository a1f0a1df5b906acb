/**
 * Builds the API reference into `tools/api-docs/out` and compiles its examples. typedoc 0.28 does not
 * run on the TypeScript of this project, so it has packages of its own; the first build installs them.
 */
import { fileURLToPath } from 'node:url'
import { installPackages, run } from '../run.ts'
import { compileExamples } from './examples.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
installPackages(folder)
run(process.execPath, ['node_modules/typedoc/bin/typedoc', '--logLevel', 'Warn'], { cwd: folder })
compileExamples()
