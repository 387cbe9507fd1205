import type { ConsolePage } from './console-layout.tsx';
import type { FormTokens } from './form.tsx';
import type { Page } from './layout.tsx';
import { actPage } from './pages-console.tsx';
import { deskCodeFields, deskCodePage, deskCodeShownPage } from './pages-desk-code.tsx';

interface Given {
  readonly hostile: string;
  readonly tokens: FormTokens;
}

/** One example of every page of the portal about the desk's code for one day. */
export function deskCodeSamples(page: Page, { hostile, tokens }: Given): [string, string][] {
  const form = { account: `anna${hostile}`, action: '/challenge/1/desk-code', tokens, otherWays: '/other-ways/1' };
  return [
    ['desk-code', deskCodePage(page, form)],
    ...(['wrong', 'malformed'] as const).map((mistake): [string, string] => [
      `desk-code-${mistake}`,
      deskCodePage(page, { ...form, mistake }),
    ]),
  ];
}

/** And of the console's. */
export function deskCodeConsoleSamples(page: ConsolePage, { hostile, tokens }: Given): [string, string][] {
  const { t } = page;
  const name = `anna${hostile}`;
  const until = Date.UTC(2026, 10, 23, 12);
  const act = {
    title: t('console.act-on', { act: t('console.desk-code'), name }),
    consequences: (['seen', 'day', 'before', 'told'] as const).map(one => t(`console.desk-code.${one}`, { name })),
    submit: t('console.desk-code'),
    fields: deskCodeFields(page, [['balie', `Aan de balie ${hostile}`]]),
    ...{ action: '/people/gemeente/anna/desk-code', tokens, back: '/people/gemeente/anna', asksReason: true },
    detail: [],
  };
  return [
    ['console-desk-code', actPage(page, { ...act, mistake: undefined })],
    ['console-desk-code-method', actPage(page, { ...act, mistake: 'console.refused.method' })],
    ['console-desk-code-shown', deskCodeShownPage(page, { name, code: 'K7PM-3XQ2-9DTR-5W0N', until, back: '/people' })],
  ];
}
