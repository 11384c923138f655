import { crc32 } from 'node:zlib'

/** The bytes of a text in GBK, which Node only decodes. */
export function gbk(text: string): Buffer {
  return Buffer.concat([...text].map((letter) => Buffer.from(codeOf(letter))))
}

const decoder = new TextDecoder('gbk')
const codes = new Map<string, number[]>()

function codeOf(letter: string): number[] {
  if (letter.charCodeAt(0) < 128) return [letter.charCodeAt(0)]
  if (codes.size === 0) {
    for (let lead = 0x81; lead <= 0xfe; lead += 1) {
      for (let trail = 0x40; trail <= 0xfe; trail += 1) codes.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail])
    }
  }
  const code = codes.get(letter)
  if (!code) throw new Error(`${letter} is not in GBK`)
  return code
}

export interface Square {
  values: string[]
  /** The middle, in the file's coordinates. */
  at: [number, number]
}

const FIELD_BYTES = 40

/** A shapefile of squares with texts in GBK, zipped, without .prj and .cpg: nothing says what it is in. */
export function squares(name: string, columns: string[], rows: Square[], side: number): Buffer {
  const shapes = rows.map(({ at }) => square(at, side / 2))
  const head = (bytes: number) => {
    const header = Buffer.alloc(100)
    header.writeInt32BE(9994, 0)
    header.writeInt32BE((100 + bytes) / 2, 24)
    header.writeInt32LE(1000, 28)
    header.writeInt32LE(5, 32)
    const xs = rows.map(({ at }) => at[0])
    const ys = rows.map(({ at }) => at[1])
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
    box.forEach((value, n) => header.writeDoubleLE(value, 36 + 8 * n))
    return header
  }
  const size = shapes.reduce((sum, shape) => sum + 8 + shape.length, 0)
  const records = shapes.map((shape, n) => Buffer.concat([pair(n + 1, shape.length / 2), shape]))
  const index = shapes.map((shape, n) => pair((100 + n * (8 + shape.length)) / 2, shape.length / 2))
  return zip([
    [`${name}.shp`, Buffer.concat([head(size), ...records])],
    [`${name}.shx`, Buffer.concat([head(8 * rows.length), ...index])],
    [`${name}.dbf`, dbf(columns, rows.map(({ values }) => values))],
  ])
}

function pair(a: number, b: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(a, 0)
  bytes.writeInt32BE(b, 4)
  return bytes
}

function square([x, y]: [number, number], half: number): Buffer {
  // Clockwise, as the format has outer rings.
  const ring = [[x - half, y - half], [x - half, y + half], [x + half, y + half], [x + half, y - half], [x - half, y - half]]
  const bytes = Buffer.alloc(48 + 16 * ring.length)
  bytes.writeInt32LE(5, 0)
  ;[x - half, y - half, x + half, y + half].forEach((value, n) => bytes.writeDoubleLE(value, 4 + 8 * n))
  bytes.writeInt32LE(1, 36)
  bytes.writeInt32LE(ring.length, 40)
  ring.flat().forEach((value, n) => bytes.writeDoubleLE(value, 48 + 8 * n))
  return bytes
}

function dbf(columns: string[], rows: string[][]): Buffer {
  const header = Buffer.alloc(32)
  header.writeUInt8(3, 0)
  header.writeUInt32LE(rows.length, 4)
  header.writeUInt16LE(33 + 32 * columns.length, 8)
  header.writeUInt16LE(1 + FIELD_BYTES * columns.length, 10)
  const fields = columns.map((column) => {
    const field = Buffer.alloc(32)
    gbk(column).copy(field, 0, 0, 10)
    field.write('C', 11)
    field.writeUInt8(FIELD_BYTES, 16)
    return field
  })
  const cells = (row: string[]) => row.map((value) => Buffer.concat([gbk(value), Buffer.alloc(FIELD_BYTES, ' ')]).subarray(0, FIELD_BYTES))
  const records = rows.map((row) => Buffer.concat([Buffer.from(' '), ...cells(row)]))
  return Buffer.concat([header, ...fields, Buffer.from([13]), ...records, Buffer.from([26])])
}

/** An archive whose files are stored as they are. */
export function zip(files: [string, Buffer][]): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [name, content] of files) {
    const title = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, title, content])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, tail, title]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}
