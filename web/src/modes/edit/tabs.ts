/** How long a tab that is alive may take to say so. */
const ANSWER_MS = 250
const CHANNEL = 'pianqu.edit'
const TAB = 'pianqu.edit.tab'

interface Word {
  ask?: true
  here?: string
}

/** The name of this tab, the same after a reload. */
export function nameOfTab(): string {
  try {
    const known = sessionStorage.getItem(TAB)
    if (known) return known
    const name = randomName()
    sessionStorage.setItem(TAB, name)
    return name
  } catch {
    return randomName()
  }
}

/** Another name: this tab is the copy of one that is still there. */
export function renameTab(): string {
  const name = randomName()
  try {
    sessionStorage.setItem(TAB, name)
  } catch {
    // Then a reload takes yet another.
  }
  return name
}

/** Says from now on that this tab is alive, and asks which others are; `nameNow` is what it is called. */
export async function meetOthers(nameNow: () => string): Promise<Set<string>> {
  const channel = new BroadcastChannel(CHANNEL)
  const others = new Set<string>()
  channel.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    if (data.ask) channel.postMessage({ here: nameNow() } satisfies Word)
    else if (data.here) others.add(data.here)
  })
  channel.postMessage({ ask: true } satisfies Word)
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
  return new Set(others)
}

function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
