import type { Settings } from '../config/settings.ts';
import type { NoticeRealm } from '../notice/compose.ts';
import { consoleRealm } from '../operator/operator.ts';
import { type Language, type MessageId, translateTo } from '../ui/messages.ts';

/** The texts of mails are those of the pages: one list of messages. */
export const say = (language: Language, id: MessageId, values?: Readonly<Record<string, string | number>>) =>
  translateTo(language)(id, values);

/** What mails say of a realm; of the console, whose people are of no organisation of their own, the time only. */
export function noticeRealm({ realms }: Settings, name: string): NoticeRealm | undefined {
  if (name !== consoleRealm) return realms.get(name);
  const timeZone = [...realms.values()][0]?.timeZone ?? 'Europe/Amsterdam';
  return { title: 'Sluis', desk: undefined, timeZone };
}
