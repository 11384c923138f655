import { ApiError } from '../../api/client'
import { isKey } from '../../i18n'
import { app } from '../../state/app.svelte'

export interface Block {
  text: string
  /** The communities that show it. */
  communities: number[]
}

/** What stands against a grouping: the limit by its name, and the communities that show it. */
export function blocksOf(error: unknown): Block[] {
  if (!(error instanceof ApiError)) return []
  const named = (detail: string) => [...detail.matchAll(/«(\d+)»/g)].map(([, id]) => Number(id))
  const blocks: Block[] = []
  for (const { pointer, detail } of error.errors) {
    const last = blocks.at(-1)
    if (!pointer && last) {
      last.communities = [...new Set([...last.communities, ...named(detail)])]
      continue
    }
    const name = /^\/(\w+)/.exec(pointer ?? '')?.[1] ?? ''
    const key = `propBlock.${name}`
    const said = isKey(key) ? app.t(key) : name
    // The server's own words say by how much; they are English.
    blocks.push({ text: app.language === 'zh' ? `${said}（${detail}）` : `${said}: ${detail}`, communities: named(detail) })
  }
  return blocks
}
