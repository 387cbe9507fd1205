import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/**
 * The same picture of a page in a third of the bytes: at most 256 colours, found by rounding. Takes what Chromium
 * writes (8 bits of RGB or RGBA, not interlaced; PNG 3, 2025); transparency is dropped.
 */
export function fewerColours(png: Buffer): Buffer {
  const { width, height, channels, data } = chunksOf(png);
  const pixels = unfiltered(inflateSync(data), height, width * channels, channels);
  for (let step = 1; step <= 64; step *= 2) {
    const indexed = withPalette(pixels, { width, height, channels, step });
    if (indexed !== undefined) return written(indexed, width, height);
  }
  throw new Error('no picture has more than 256 colours at four a channel');
}

function chunksOf(png: Buffer): { width: number; height: number; channels: number; data: Buffer } {
  const parts: Buffer[] = [];
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return {
    ...{ width: png.readUInt32BE(16), height: png.readUInt32BE(20) },
    ...{ channels: png[25] === 6 ? 4 : 3, data: Buffer.concat(parts) },
  };
}

/** Each row without its filter and the byte that names it (PNG 9.2). */
function unfiltered(rows: Buffer, height: number, stride: number, step: number): Buffer {
  const out = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < step ? 0 : (out[at - step] ?? 0);
      const up = y === 0 ? 0 : (out[at - stride] ?? 0);
      const corner = x < step || y === 0 ? 0 : (out[at - stride - step] ?? 0);
      out[at] = (rows[at + y + 1] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter < 3) return [0, left, up][filter] ?? 0;
  if (filter === 3) return (left + up) >> 1;
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

interface Indexed {
  readonly palette: readonly number[];
  readonly rows: Buffer;
}

function withPalette(
  pixels: Buffer,
  { width, height, channels, step }: { width: number; height: number; channels: number; step: number },
): Indexed | undefined {
  const palette = new Map<number, number>();
  const rows = Buffer.alloc(height * (width + 1));
  const rounded = (value = 0) => Math.min(255, Math.round(value / step) * step);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const at = pixel * channels;
    const colour = (rounded(pixels[at]) << 16) | (rounded(pixels[at + 1]) << 8) | rounded(pixels[at + 2]);
    const index = palette.get(colour) ?? palette.size;
    if (index > 255) return undefined;
    palette.set(colour, index);
    rows[pixel + Math.floor(pixel / width) + 1] = index;
  }
  return { palette: [...palette.keys()], rows };
}

function written({ palette, rows }: Indexed, width: number, height: number): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const colours = Buffer.from(palette.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([
    signature,
    ...[chunk('IHDR', head), chunk('PLTE', colours), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))],
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
