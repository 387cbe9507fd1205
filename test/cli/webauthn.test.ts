import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryOf, makeMaker, signedBlob } from '../support/key-models.ts';
import { type Cli, openCli } from './cli-bench.ts';

const maker = makeMaker();
const day = (from: number) => new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);
const list = (nextUpdate: string) => JSON.stringify({ nextUpdate, entries: [entryOf(maker)] });

let cli: Cli;
let plain: string;
beforeEach(() => {
  cli = openCli();
  plain = readFileSync(cli.config, 'utf8');
});
afterEach(() => {
  cli.remove();
});

/** The command on a configuration whose metadata are these; `more` stands beside them. */
function keysIn(command: 'check' | 'doctor', metadata: string, more = '') {
  cli.write('mds', metadata);
  cli.write('sluis.yaml', `${plain}webauthn: { metadata: mds${more} }\n`);
  return cli.run(command, '--config', cli.config);
}

describe('R23: metadata of security keys, where operators look before anybody sets a key up', () => {
  it('are read by check, and good ones are said to be by doctor', async () => {
    expect(await keysIn('check', list(day(20)))).toMatchObject({ code: 0, err: '' });
    const { code, out } = await keysIn('doctor', list(day(20)));
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`ok    metadata of security keys: 1 models, good until ${day(20)}.`),
    ]);
  });

  it('that are out of date are a warning of check and bad to doctor, with what to do', async () => {
    const checked = await keysIn('check', list(day(-3)));
    expect([checked.code, checked.err]).toEqual([
      0,
      expect.stringContaining(`out of date since ${day(-3)}: new keys reach level 2 only`),
    ]);
    const { code, out } = await keysIn('doctor', list(day(-3)));
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/BAD {3}metadata of security keys[\s\S]*what to do: Take the file/),
    ]);
    expect((await keysIn('doctor', list(day(3)))).out).toContain(
      `note  metadata of security keys: 1 models, out of date after ${day(3)}.`,
    );
    const ageless = JSON.stringify([entryOf(maker)]);
    expect((await keysIn('doctor', ageless)).out).toContain('note  metadata of security keys: 1 models, in a list');
  });

  it.each([
    ['no JSON', '<html>404</html>', /is no JSON/],
    ['no metadata', '{"entries": 7}', /not in the form of FIDO metadata \(entries\)/],
    [
      'a certificate that is none',
      JSON.stringify([{ ...entryOf(maker), metadataStatement: { attestationRootCertificates: ['AAAA'] } }]),
      /a certificate that cannot be read/,
    ],
  ])('that are %s are refused by check, as a start would, and named by doctor', async (_, text, why) => {
    expect(await keysIn('check', text)).toMatchObject({ code: 78, err: expect.stringMatching(why) });
    expect(await keysIn('doctor', text)).toMatchObject({ code: 1, out: expect.stringMatching(why) });
  });

  it('that are signed by somebody else, or changed after it, are refused with the reason', async () => {
    const { blob, rootPem } = signedBlob([entryOf(maker)]);
    cli.write('root.pem', rootPem);
    const more = ', metadataRoot: root.pem';
    expect(await keysIn('check', blob, more)).toMatchObject({ code: 0 });
    cli.write('root.pem', signedBlob([]).rootPem);
    expect(await keysIn('check', blob, more)).toMatchObject({
      code: 78,
      err: expect.stringContaining('root does not know'),
    });
    cli.write('root.pem', rootPem);
    const [head, , signature] = blob.split('.');
    const forged = [head, Buffer.from(list('2048-12-31')).toString('base64url'), signature].join('.');
    expect(await keysIn('check', forged, more)).toMatchObject({
      code: 78,
      err: expect.stringContaining('changed after it was signed'),
    });
  });

  it('that do not know a model that is allowed say so: nobody would hear of the slip before the first key', async () => {
    const unknown = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
    const { code, err } = await keysIn('check', list(day(20)), `, allow: [${maker.model}, ${unknown}]`);
    expect([code, err.match(/webauthn\.allow names (\S+),/g)]).toEqual([0, [`webauthn.allow names ${unknown},`]]);
  });
});
