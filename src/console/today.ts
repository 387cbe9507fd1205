import { todayPage } from '../ui/pages-console-today.tsx';
import type { Ask, PageRoute } from './route.ts';

const soon = 30 * 24 * 60 * 60_000;

/** The first screen: is everything all right, who cannot get in, what needs me. */
export const todayRoute: PageRoute = {
  method: 'GET',
  path: '/',
  act: 'see-today',
  show: async ask => {
    const { c, view, page } = ask;
    return view.html(c, todayPage(page, { figures: [], mandates: await mandates(ask) }));
  },
};

/** Mandates that end soon: her own, and of all others for who can renew them. */
async function mandates({ deps, operator }: Ask) {
  const now = deps.clock.now();
  const all = operator.role === 'admin' ? await deps.operators.list() : [operator];
  return all
    .filter(({ ended, mandate }) => ended === undefined && mandate.until > now && mandate.until - now < soon)
    .map(({ id, email, mandate }) => ({ name: email, until: mandate.until, own: id === operator.id }));
}
