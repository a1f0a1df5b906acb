/** Builds the dashboard into the package, beside the built sources of the node that serves it. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/dashboard/',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/node/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // A script within the page would be against its policy.
    modulePreload: false,
    assetsInlineLimit: 0
  }
})
