import type { MessageId, Translate } from './messages.ts';

/** What fields of a letter or a page are called in most apps: `_to` means nothing to who wrote the letter. */
const known: Readonly<Record<string, MessageId>> = {
  to: 'field.to',
  aan: 'field.to',
  cc: 'field.cc',
  bcc: 'field.bcc',
  replyto: 'field.reply-to',
  subject: 'field.subject',
  onderwerp: 'field.subject',
  title: 'field.title',
  titel: 'field.title',
  message: 'field.text',
  bericht: 'field.text',
  body: 'field.text',
  text: 'field.text',
  tekst: 'field.text',
  wikitext: 'field.text',
  summary: 'field.summary',
  samenvatting: 'field.summary',
};

/** A field's name in words; where it is none that we know, the app's own word: `veld[naam]` is "veld naam". */
export function fieldName(t: Translate, name: string): string {
  const words = name.replaceAll(/[_[\].-]+/g, ' ').trim();
  const id = Object.hasOwn(known, words.toLowerCase()) ? known[words.toLowerCase()] : undefined;
  if (id !== undefined) return t(id);
  return words === '' ? '...' : words;
}
