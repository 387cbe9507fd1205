import type { Ask } from './route.ts';

export type Methods = readonly (readonly [id: string, title: string])[];

/** How the organisation establishes who asks (R33); without a list of its own, the two ways that any desk has. */
export function methodsOf(ask: Ask): Methods {
  const own = ask.deps.settings.reset?.methods ?? [];
  return own.length > 0 ? own.map(({ id, title }) => [id, title] as const) : anyDesk(ask);
}

/** Of these the ones for which somebody stands at the desk (R38). */
export function visitsOf(ask: Ask): Methods {
  const own = (ask.deps.settings.reset?.methods ?? []).filter(({ visit }) => visit);
  return own.length > 0 ? own.map(({ id, title }) => [id, title] as const) : anyDesk(ask);
}

function anyDesk({ page: { t } }: Ask): Methods {
  return (['document', 'colleague'] as const).map(id => [id, t(`console.desk-code.by-${id}`)] as const);
}
