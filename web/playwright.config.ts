import { defineConfig } from '@playwright/test'

// The server is started by scripts/e2e, which says where it listens.
export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  // A busy machine draws slowly; what is a promise in time is asserted where it is made.
  timeout: 90_000,
  // Told as flaky, and not hidden.
  retries: process.env['CI'] ? 1 : 0,
  reporter: 'list',
  forbidOnly: true,
  use: {
    baseURL: process.env['PIANQU_URL'] ?? 'http://127.0.0.1:8080',
    viewport: { width: 1366, height: 768 },
    locale: 'zh-CN',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['PIANQU_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
