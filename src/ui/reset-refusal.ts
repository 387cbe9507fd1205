import type { Refusal } from '../reset/case.ts';
import type { Translate } from './messages.ts';

/** Why nothing happened, by name. */
export function refusalText(t: Translate, refusal: Refusal): string {
  switch (refusal.reason) {
    case 'missing':
    case 'invalid':
    case 'too-long':
    case 'foreign-domain':
      return t(`console.reset.no.${refusal.reason}`, { field: t(`console.reset.field.${refusal.field}`) });
    case 'same-person':
      return t(`console.reset.no.same-${refusal.as}`);
    case 'state':
      return t('console.reset.no.state', {
        state: t(`console.reset.state.${refusal.state}`),
        who: refusal.by ?? t('console.reset.nobody'),
      });
    default:
      return t(`console.reset.no.${refusal.reason}`);
  }
}
