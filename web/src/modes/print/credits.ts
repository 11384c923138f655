import type { Sources } from '../../api/client'
import type { Key } from '../../i18n'

/** Names of files that a sheet lists; more are counted. */
const MOST_NAMES = 6

/** What a sheet says of where its data come from, a line each. */
export function creditsOf(sources: Sources | undefined, t: (key: Key, values?: Record<string, string | number>) => string): string[] {
  if (!sources) return [t('printNothing')]
  const lines: string[] = []
  if (sources.is_sample) lines.push(t('printSample'))
  if (sources.credit) lines.push(sources.credit)
  const names = sources.sources.map(({ name }) => name)
  if (names.length > 0) {
    const some = names.slice(0, MOST_NAMES).join('、')
    lines.push(t('printSources', { names: names.length > MOST_NAMES ? t('printSourcesMore', { names: some, n: names.length }) : some }))
    if (sources.unnamed > 0) lines.push(t('printUnnamed', { n: sources.unnamed }))
  }
  return lines.length > 0 ? lines : [t('printNoSource')]
}
