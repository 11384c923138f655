import { pngOf } from './png'
import type { Sheet } from './sheet'

/**
 * Sheets as the pages of a PDF, each of the exact size of its paper. A page is one picture without loss at the
 * sheet's resolution: Chinese as text would need a font of 10 MB or more in the program.
 */
export async function pdfOf(sheets: Sheet[]): Promise<Uint8Array<ArrayBuffer>> {
  const [first] = sheets
  if (!first) throw new Error('a PDF has a page at least')
  // Fetched when somebody prints; the map does not wait for it.
  const { jsPDF } = await import('jspdf')
  const formatOf = ({ layout }: Sheet): [number, number] => [layout.page.w, layout.page.h]
  const orientationOf = ({ layout }: Sheet) => (layout.page.w > layout.page.h ? 'landscape' : 'portrait')
  const pdf = new jsPDF({ unit: 'mm', format: formatOf(first), orientation: orientationOf(first), compress: true })
  pdf.setProperties({ title: first.title, creator: 'Pianqu' })
  for (const [n, sheet] of sheets.entries()) {
    if (n > 0) pdf.addPage(formatOf(sheet), orientationOf(sheet))
    const { w, h } = sheet.layout.page
    pdf.addImage(await pngOf(sheet.canvas, sheet.dpi), 'PNG', 0, 0, w, h, undefined, 'FAST')
  }
  return new Uint8Array(pdf.output('arraybuffer'))
}
