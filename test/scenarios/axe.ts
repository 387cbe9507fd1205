import axe from 'axe-core';
import type { Page } from 'playwright-core';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe-core has against the page as it stands (WCAG 2.2 AA), in words; `part` limits it to our share of an app's page. */
export async function findings(page: Page, part?: string): Promise<string[]> {
  // Through the debugger, which a page's own policy does not bind.
  await page.evaluate(axe.source);
  const where = part === undefined ? 'document' : `{ include: [${JSON.stringify(part)}] }`;
  const options = JSON.stringify({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
  return page.evaluate<string[]>(
    `axe.run(${where}, ${options}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(node => id + ': ' + node.target.join(' ') + ' ' + node.failureSummary)))`,
  );
}

/** Pixels by which the page is wider than its window (WCAG 1.4.10). */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
