import { FONTS } from '../map/fonts'
import type { Sample } from '../map/legend'

/** Draws how a thing is shown into a box in millimetres. */
export function drawSample(pen: CanvasRenderingContext2D, sample: Sample, x: number, y: number, w: number, h: number): void {
  const { shape, colour, opacity = 1, edge, dash = [], sign } = sample
  const [cx, cy] = [x + w / 2, y + h / 2]
  pen.save()
  pen.fillStyle = pen.strokeStyle = colour
  const line = (width: number, style: string) => {
    pen.strokeStyle = style
    pen.lineWidth = width
    pen.beginPath()
    pen.moveTo(x, cy)
    pen.lineTo(x + w, cy)
    pen.stroke()
  }
  switch (shape) {
    case 'area':
      pen.globalAlpha = opacity
      pen.fillRect(x, y, w, h)
      pen.globalAlpha = 1
      pen.lineWidth = 0.2
      pen.strokeStyle = edge ?? colour
      pen.strokeRect(x, y, w, h)
      break
    case 'street':
      line(1.5, edge ?? colour)
      line(1.05, colour)
      break
    case 'band':
      pen.globalAlpha = 0.4
      line(1.6, colour)
      break
    case 'line':
      pen.setLineDash(dash.map((length) => length * 0.35))
      line(0.6, colour)
      break
    default: {
      const radius = Math.min(w, h) * (sign ? 0.58 : 0.36)
      pen.globalAlpha = opacity
      pen.beginPath()
      pen.arc(cx, cy, radius, 0, 2 * Math.PI)
      pen.fillStyle = shape === 'ring' ? '#ffffff' : colour
      pen.fill()
      pen.globalAlpha = 1
      if (shape === 'ring') {
        pen.lineWidth = 0.4
        pen.stroke()
      }
      if (sign) {
        pen.fillStyle = '#ffffff'
        pen.font = `400 ${radius * 1.35}px ${FONTS}`
        pen.textAlign = 'center'
        pen.textBaseline = 'middle'
        pen.fillText(sign, cx, cy + 0.05)
      }
    }
  }
  pen.restore()
}
