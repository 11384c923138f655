/** Hands bytes to the browser as a download. */
export function save(name: string, bytes: BlobPart, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken it by then; until then the address must hold.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
