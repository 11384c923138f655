import { execFileSync } from 'node:child_process'
import type { Page } from '@playwright/test'

export const PASSWORD = '试验用的长口令二〇二四'

/** Makes an account where the server's database is, as an administrator would. */
export function add(name: string, ...words: string[]): void {
  const program = process.env['PIANQU_TRY_PROGRAM']
  const sockets = process.env['PIANQU_TRY_SOCKETS']
  if (!program || !sockets) throw new Error('the server was not started by scripts/with-server')
  const data = sockets.replace(/\/run$/, '')
  const env = { ...process.env, PIANQU_CONFIG: '/dev/null', PIANQU_LOG: 'error' }
  execFileSync(program, ['user', 'add', name, ...words, '--data-dir', data], { input: `${PASSWORD}\n`, env, stdio: ['pipe', 'ignore', 'inherit'] })
}

export async function logIn(page: Page, name: string, password: string): Promise<void> {
  await page.locator('#log-in').click()
  await page.getByLabel('账户').fill(name)
  await page.getByLabel('密码').fill(password)
  await page.getByRole('dialog').getByRole('button', { name: '登录' }).click()
}
