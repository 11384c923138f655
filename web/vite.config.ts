import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const server = process.env['PIANQU_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte()],
  // jsPDF can turn web pages into PDF with these; we give it pictures, so they need not be in the program.
  resolve: {
    alias: Object.fromEntries(['html2canvas', 'dompurify', 'canvg'].map((name) => [name, fileURLToPath(new URL('src/print/absent.ts', import.meta.url))])),
  },
  build: {
    target: 'es2022',
    // MapLibre alone is larger than the default limit; it is needed before anything can be seen.
    chunkSizeWarningLimit: 1600,
  },
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(['/api', '/tiles', '/readyz'].map((path) => [path, server])) },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
