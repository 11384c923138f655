import { PbfWriter } from 'pbf'

/** PMTiles (version 3) of one tile that is the whole world; what lies deeper is drawn from it. */
export function pmtilesOfOneTile(tile: Uint8Array, kind: 'mvt' | 'png', layer: string): Buffer {
  // One entry: tile 0, once, so long, at the beginning.
  const directory = Buffer.from([1, 0, 1, ...varint(tile.length), 1])
  const metadata = Buffer.from(JSON.stringify(kind === 'mvt' ? { vector_layers: [{ id: layer, fields: {} }] } : {}))
  const header = Buffer.alloc(127)
  header.write('PMTiles', 0, 'latin1')
  header[7] = 3
  const [root, meta] = [127, 127 + directory.length]
  const data = meta + metadata.length
  const numbers = [root, directory.length, meta, metadata.length, data, 0, data, tile.length, 1, 1, 1]
  numbers.forEach((n, at) => header.writeBigUInt64LE(BigInt(n), 8 + 8 * at))
  // Clustered; nothing compressed; the kind; zooms 0 to 0.
  header.set([1, 1, 1, kind === 'mvt' ? 1 : 2, 0, 0], 96)
  const [w, s, e, n] = [-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000]
  ;[w, s, e, n].forEach((edge, at) => header.writeInt32LE(edge, 102 + 4 * at))
  return Buffer.concat([header, directory, metadata, tile])
}

/** A vector tile with one area that is all of it. */
export function tileOfOneArea(layer: string): Uint8Array {
  const writer = new PbfWriter()
  writer.writeMessage(3, (_, tile) => {
    tile.writeVarintField(15, 2)
    tile.writeStringField(1, layer)
    tile.writeVarintField(5, 4096)
    tile.writeMessage(2, (_, feature) => {
      feature.writeVarintField(3, 3)
      // Move to 0 0, line to three corners, close.
      feature.writePackedVarint(4, [9, 0, 0, 26, 8192, 0, 0, 8192, 8191, 0, 15])
    }, undefined)
  }, undefined)
  return writer.finish()
}

function varint(n: number): number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]
}
