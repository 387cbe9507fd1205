import { describe, expect, it } from 'vitest';
import { type FormText, readFormText } from './form-text.ts';

const none = { secrets: new Set<string>(), folding: 'none' as const };
const form = 'application/x-www-form-urlencoded';

function shown(text: FormText): Record<string, string> {
  return Object.fromEntries(text.texts.map(({ name, text: value }) => [name, value]));
}

describe('the text of a form, for who wrote it', () => {
  it('is read from an urlencoded body', () => {
    const body = Buffer.from('onderwerp=Vergadering+12+maart&tekst=Geachte%20heer%2C%0D%0A%C3%A9%C3%A9n&leeg=');
    expect(shown(readFormText(form, body, none))).toEqual({
      onderwerp: 'Vergadering 12 maart',
      tekst: 'Geachte heer,\r\néén',
    });
  });

  it('is read from parts; files are named and never shown', async () => {
    const data = new FormData();
    data.set('onderwerp', 'Notulen "concept"');
    data.set('tekst', 'één\ntwee');
    data.set('bijlage', new File(['geheime inhoud'], 'notulen "1".txt', { type: 'text/plain' }));
    data.set('leeg', new File([], ''));
    const made = new Response(data);
    const read = readFormText(made.headers.get('content-type') ?? '', Buffer.from(await made.arrayBuffer()), none);
    expect(shown(read)).toEqual({ onderwerp: 'Notulen "concept"', tekst: 'één\r\ntwee' });
    expect(read.files).toEqual(['notulen "1".txt']);
    expect(JSON.stringify(read)).not.toContain('geheime inhoud');
  });

  it('of a body that breaks off is what there is of it', () => {
    const type = 'multipart/form-data; boundary=x';
    const body = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nhoi\r\n--x\r\nContent-Disposition: form-da';
    expect(shown(readFormText(type, Buffer.from(body), { ...none, cut: true }))).toEqual({ a: 'hoi' });
  });

  it('is read from text/plain, a line each', () => {
    expect(shown(readFormText('text/plain', Buffer.from('a=1 = 2\r\nb=hoi\r\n'), none))).toEqual({
      a: '1 = 2',
      b: 'hoi',
    });
  });

  it.each([
    'wachtwoord=Anna-2026',
    'new_password=Anna',
    '_token=abc',
    'csrf=abc',
    'sectok=0a1b',
    'code=123456',
    '_otp=1',
    'id=0123456789abcdef0123456789abcdef',
    'x=AbCdEf0123456789-_AbCd',
  ])('leaves out %s: secret, or no text of a person', pair => {
    expect(readFormText(form, Buffer.from(`${pair}&tekst=hoi`), none).texts).toEqual([{ name: 'tekst', text: 'hoi' }]);
  });

  it('leaves out what the preset says is a password, as the app folds its name', () => {
    const php = { secrets: new Set(['p_1']), folding: 'php' as const };
    expect(readFormText(form, Buffer.from(' p.1=Anna&p=hoi'), php).texts).toEqual([{ name: 'p', text: 'hoi' }]);
  });

  it('shows an ordinary long word, a date and an address', () => {
    const body = Buffer.from('a=arbeidsongeschiktheidsverzekering&b=2026-03-12&c=anna@gemeente.test');
    expect(readFormText(form, body, none).texts).toHaveLength(3);
  });

  it.each([`${form}; charset=nonsense`, 'multipart/form-data', 'multipart/form-data; boundary=x'])(
    'does not break on %s',
    type => {
      expect(readFormText(type, Buffer.from([0xff, 0xfe, 0x3d, 0x25]), none).files).toEqual([]);
    },
  );

  it.each([
    'content-disposition:',
    ';name="',
    ';name="\\',
    'content-disposition: form-data;name="a',
    'content-disposition: form-data; name="a\r\n',
    'x\r\n\r\n--x\r\n',
  ])('CWE-1333: a megabyte of %j in the head of a part holds nobody up', { timeout: 10_000 }, again => {
    const head = again.repeat(Math.ceil(2 ** 20 / again.length));
    const body = Buffer.from(
      `--x\r\nContent-Disposition: form-data; name="tekst"\r\n\r\nhoi\r\n--x\r\n${head}\r\n\r\n.`,
    );
    const { texts } = readFormText('multipart/form-data; boundary=x', body, none);
    expect(texts[0]).toEqual({ name: 'tekst', text: 'hoi' });
  });
});
