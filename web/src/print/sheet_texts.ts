/** Everything that is written on a sheet but the legend's lines. */
export interface SheetTexts {
  title: string
  /** Who made it; may be empty. */
  by: string
  legend: string
  /** `比例尺`, before 1:N. */
  scale: string
  north: string
  /** Sources, licences, revision, date: a line each, wrapped where they are long. */
  credits: string[]
  /** `米` and `公里`. */
  metres: string
  kilometres: string
}

/** Why there is no sheet although the map was drawn: it would have been cut. */
export class SheetError extends Error {
  constructor(readonly fault: 'legend-too-long' | 'texts-too-long') {
    super(fault)
  }
}
