import type { KindName } from '../factor/person.ts';
import { languages, type MessageId, messages, type Translate } from './messages.ts';

/** What its owner called it, else what its kind is called, in the language of the page. */
export function factorName(t: Translate, { kind, label }: { readonly kind: KindName; readonly label: string }): string {
  return label === '' ? t(`kind.${kind}`) : label;
}

/**
 * The name that she typed; empty where she left what the page had put there, in whichever language: kept as a name it would
 * stay in the language of that day.
 */
export function givenName(typed: string, offered: MessageId): string {
  const name = typed.trim();
  return languages.some(language => messages[language][offered] === name) ? '' : name;
}
