import { describe, expect, it } from 'vitest';
import { scannerFor } from '../signin/scanner.ts';
import { BodyRefused, BodyTooLarge, ScannedBody } from './scanned-body.ts';

const parts = 'multipart/form-data; boundary=b';

/** What gets through of a body that comes in these pieces, and how it ended; `evil` is a field that is refused. */
async function through(type: string, pieces: readonly string[], limit = 1e6): Promise<[string, unknown]> {
  const body = new ScannedBody(
    scannerFor(type, name => name === 'evil'),
    limit,
  );
  let passed = '';
  body.on('data', (chunk: Buffer) => {
    passed += chunk.toString('latin1');
  });
  const ended = new Promise<unknown>(resolve => {
    body.once('error', resolve);
    body.once('end', () => resolve('whole'));
  });
  for (const piece of pieces) body.write(piece, 'latin1');
  body.end();
  return [passed, await ended];
}

const part = (name: string) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n--b--\r\n`;
/** After its last boundary a form in parts is whole to some apps, whatever follows. */
const epilogue = Array.from({ length: 5_000 }, () => 'y');

describe('CWE-287: a body that is looked at while it goes on', () => {
  it.each([
    ['at once', [part('evil'), ...epilogue]],
    ['byte by byte', [...part('evil'), ...epilogue]],
    ['behind a harmless part', [part('a'), part('evil'), ...epilogue]],
    ['after more than one look', ['y'.repeat(2_000), 'y'.repeat(100), part('evil'), 'y'.repeat(100), ...epilogue]],
    ['across a look', ['y'.repeat(2_030), part('evil'), ...epilogue]],
  ])('a form in parts is held until it was looked at, however small its pieces: %s', async (_how, pieces) => {
    const [passed, ended] = await through(parts, pieces);
    expect(ended).toBeInstanceOf(BodyRefused);
    expect(passed).not.toContain('evil');
  });

  it('what is not refused passes whole and unchanged', async () => {
    for (const type of [parts, 'application/x-www-form-urlencoded', 'application/json', 'text/plain']) {
      for (const pieces of [[part('a')], [...part('a')], [...part('a'), 'z'.repeat(9_000), ...epilogue], []])
        expect(await through(type, pieces)).toEqual([pieces.join(''), 'whole']);
    }
  });

  it('more than the limit never arrives whole', async () => {
    const [passed, ended] = await through('text/plain', ['a'.repeat(60), 'b'.repeat(60)], 100);
    expect([passed, ended]).toEqual(['', expect.any(BodyTooLarge)]);
  });
});
