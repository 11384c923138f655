import type { Language } from './index'

const locales: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' }

export function formatNumber(language: Language, n: number, digits = 0): string {
  return new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits }).format(n)
}

/** Yuan as the API writes them, `1234.50`, with their two decimals. */
export function formatMoney(language: Language, yuan: string): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 }
  return new Intl.NumberFormat(locales[language], digits).format(Number(yuan))
}

/** Metres below a kilometre, kilometres above. */
export function formatLength(language: Language, metres: number): string {
  if (metres < 1000) return `${formatNumber(language, metres, 1)} ${language === 'zh' ? '米' : 'm'}`
  return `${formatNumber(language, metres / 1000, 3)} ${language === 'zh' ? '公里' : 'km'}`
}

/** Square metres below a hectare, hectares below a square kilometre. */
export function formatArea(language: Language, squareMetres: number): string {
  if (squareMetres < 1e4) return `${formatNumber(language, squareMetres, 1)} ${language === 'zh' ? '平方米' : 'm²'}`
  if (squareMetres < 1e6) return `${formatNumber(language, squareMetres / 1e4, 2)} ${language === 'zh' ? '公顷' : 'ha'}`
  return `${formatNumber(language, squareMetres / 1e6, 3)} ${language === 'zh' ? '平方公里' : 'km²'}`
}

export function formatTime(language: Language, rfc3339: string): string {
  return new Intl.DateTimeFormat(locales[language], { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(rfc3339),
  )
}

/** UCUM symbols as people read them. A year has none: «2003» says it. */
const units: Record<string, Record<Language, string>> = {
  m: { zh: '米', en: 'm' },
  m2: { zh: '平方米', en: 'm²' },
  mm: { zh: '毫米', en: 'mm' },
  d: { zh: '天', en: 'd' },
  a: { zh: '', en: '' },
  CNY: { zh: '元', en: 'CNY' },
}

export function formatUnit(language: Language, ucum: string): string {
  return units[ucum]?.[language] ?? ucum
}
