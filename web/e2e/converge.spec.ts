import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, test, type Browser, type Page } from '@playwright/test'
import { open } from './page'

const run = promisify(execFile)
const SECONDS = Number(process.env['PIANQU_CONVERGENCE_SECONDS'] ?? 6)
const PLACE = '#map=16.4/30.1228/104.6497&layers=gate,street,community'
const GATES = '/api/collections/gate/items'
/** What the database's sockets and the program are: scripts/with-server says so. */
const SOCKETS = process.env['PIANQU_TRY_SOCKETS'] ?? ''
const PROGRAM = process.env['PIANQU_TRY_PROGRAM'] ?? ''
const PSQL = '/usr/lib/postgresql/15/bin/psql'

interface Written {
  id: number
  name: string
}

/** What became of a person's writes. */
interface Account {
  acknowledged: Written[]
  refused: string[]
  conflicts: number
  strange: string[]
}

/** Runs in the page, with its own fetch: looks at a gate, thinks, and changes what it has seen. */
async function edit(page: Page, who: string, ids: number[], seconds: number): Promise<Account> {
  return page.evaluate(
    async ({ who, ids, seconds, items }) => {
      const account: Account = { acknowledged: [], refused: [], conflicts: 0, strange: [] }
      const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
      const end = Date.now() + seconds * 1000
      for (let count = 1; Date.now() < end; count += 1) {
        const id = ids[(count * 7 + who.length) % ids.length] ?? 0
        const seen = await fetch(`${items}/${id}`)
        await pause(20 + ((count * 13) % 80))
        const name = `${who}-${count}`
        const answer = await fetch(`${items}/${id}`, {
          method: 'PATCH',
          headers: {
            'content-type': 'application/merge-patch+json',
            'if-match': seen.headers.get('etag') ?? '',
            'pianqu-actor': who,
          },
          body: JSON.stringify({ properties: { name } }),
        })
        const told = (await answer.json()) as { type?: string; conflicts?: { changed_since?: unknown[] }[] }
        if (answer.status === 200) account.acknowledged.push({ id, name })
        else if (answer.status === 412 && (told.conflicts?.[0]?.changed_since?.length ?? 0) > 0) {
          account.refused.push(name)
          account.conflicts += 1
        } else account.strange.push(`${answer.status} ${JSON.stringify(told)}`)
      }
      return account
    },
    { who, ids, seconds, items: GATES },
  )
}

async function psql(statement: string): Promise<string> {
  const words = ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', SOCKETS, '-U', 'pianqu', '-d', 'pianqu', '-c', statement]
  return (await run(PSQL, words)).stdout.trim()
}

async function editByPsql(ids: number[], seconds: number): Promise<Written[]> {
  const written: Written[] = []
  const end = Date.now() + seconds * 1000
  for (let count = 1; Date.now() < end; count += 1) {
    const id = ids[count % ids.length] ?? 0
    const name = `psql-${count}`
    await psql(`update gate set name = '${name}' where gate_id = ${id}`)
    written.push({ id, name })
  }
  return written
}

/** The names of these gates as the map draws them. */
async function drawn(page: Page, ids: number[]): Promise<Record<number, string>> {
  return page.evaluate((ids) => {
    const names: Record<number, string> = {}
    for (const feature of window.__pianqu?.map.queryRenderedFeatures() ?? []) {
      const id = Number(feature.id)
      if (feature.sourceLayer === 'gate' && ids.includes(id)) names[id] = String(feature.properties['name'])
    }
    return names
  }, ids)
}

/** Two people in browsers and psql at the same gates; afterwards both maps draw what the database holds. */
async function together(browser: Browser, first: string, second: string): Promise<void> {
  const pages: Page[] = []
  for (const baseURL of [first, second]) {
    const page = await (await browser.newContext({ baseURL })).newPage()
    await open(page, PLACE)
    pages.push(page)
  }
  const place = (nth: number) => `st_setsrid(st_point(${104.6494 + nth * 2e-4}, 30.1228), 4490)`
  const rows = [0, 1, 2, 3].map((nth) => `('start', ${place(nth)})`).join(', ')
  const ids = (await psql(`insert into gate (name, geom) values ${rows} returning gate_id`)).split('\n').map(Number)
  try {
    const start = Object.fromEntries(ids.map((id) => [id, 'start']))
    await Promise.all(pages.map((page) => expect.poll(() => drawn(page, ids), { timeout: 20_000 }).toEqual(start)))
    const [li, wang, byPsql] = await Promise.all([
      edit(pages[0]!, 'li', ids, SECONDS),
      edit(pages[1]!, 'wang', ids, SECONDS),
      editByPsql(ids, SECONDS),
    ])
    const truth = Object.fromEntries(
      (await psql(`select gate_id, name from gate where gate_id in (${ids.join()})`))
        .split('\n')
        .map((line) => line.split('|') as [string, string]),
    )
    const ended = Date.now()
    await Promise.all(
      pages.map((page) => expect.poll(() => drawn(page, ids), { timeout: 20_000, intervals: [20] }).toEqual(truth)),
    )
    console.log(`both maps draw what the database holds ${Date.now() - ended} ms after the last write`)
    expect([...li.strange, ...wang.strange]).toEqual([])
    expect(li.conflicts + wang.conflicts, 'they met').toBeGreaterThan(0)
    // Every name that was acknowledged is there now or was there; none that was refused ever was.
    const names = await psql(
      `select name from gate union select before ->> 'name' from history where layer = 'gate' and operation = 'update'`,
    )
    const kept = new Set(names.split('\n'))
    const acknowledged = [...li.acknowledged, ...wang.acknowledged, ...byPsql]
    expect(acknowledged.filter(({ name }) => !kept.has(name))).toEqual([])
    expect([...li.refused, ...wang.refused].filter((name) => kept.has(name))).toEqual([])
    console.log(`${acknowledged.length} writes acknowledged, ${li.conflicts + wang.conflicts} conflicts shown`)
  } finally {
    await psql(`delete from gate where gate_id in (${ids.join()}); delete from history where layer = 'gate' and feature_id in (${ids.join()})`)
    for (const page of pages) await page.context().close()
  }
}

/** Another node on the same database. */
async function anotherNode(): Promise<{ url: string; process: ChildProcess }> {
  const database = `postgresql://pianqu@${encodeURIComponent(SOCKETS)}/pianqu`
  const child = spawn(PROGRAM, ['serve', '--listen', '127.0.0.1:0', '--database-url', database], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PIANQU_CONFIG: '/dev/null' },
  })
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /^Pianqu is at (http.*)$/.exec(line)?.[1]
    if (url) return { url, process: child }
  }
  throw new Error('the second node did not start')
}

test.describe('people in browsers and psql at the same gates', () => {
  test.skip(SOCKETS === '' || PROGRAM === '', 'needs the database’s sockets: run scripts/e2e')
  test.setTimeout(60_000 + SECONDS * 2000)

  test('on one node both maps end with what the database holds, and nothing is lost', async ({ browser, baseURL }) => {
    await together(browser, baseURL!, baseURL!)
  })

  test('on two nodes of one database too', async ({ browser, baseURL }) => {
    const node = await anotherNode()
    try {
      await together(browser, baseURL!, node.url)
    } finally {
      node.process.kill()
    }
  })
})
