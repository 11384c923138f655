import { en } from './en'
import { zh, type Dictionary, type Key } from './zh'

export type { Key } from './zh'
export type Language = 'zh' | 'en'

const dictionaries: Record<Language, Dictionary> = { zh, en }

/** The text for `key`, with `{name}` replaced by `values.name`. */
export function translate(language: Language, key: Key, values: Record<string, string | number> = {}): string {
  return dictionaries[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** Whether a text exists for a key that came from outside, such as a problem's type. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(zh, key)
}
