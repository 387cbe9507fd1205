import type { Client, ClientAnswer } from './client.ts';
import { follow, freshCode, hiddenFields, secretOn } from './person.ts';
import type { TestSluis } from './sluis.ts';

const home = '/my-security';

/** "My security" of who is signed in in this browser; its forms share their tokens. */
export async function tokensOf(portal: Client): Promise<Record<string, string>> {
  const { csrf = '', attempt = '' } = hiddenFields((await portal.get(home)).text);
  return { csrf, attempt };
}

/** Begins a change as its form does; gives the page that asks for her factor. */
export async function beginChange(
  portal: Client,
  act: string,
  more: { readonly factor?: string; readonly label?: string } = {},
): Promise<ClientAnswer> {
  const { factor, ...fields } = more;
  const path = factor === undefined ? home : `${home}/factor/${factor}`;
  return follow(portal, await portal.post(path, { ...(await tokensOf(portal)), act, ...fields }));
}

/** Where a page of a change posts to. */
export function actionOf(page: ClientAnswer): string {
  return /<form method="post" action="([^"]+)"/.exec(page.text)?.[1] ?? '';
}

/** Types a code of her authenticator app. */
export async function prove(
  sluis: TestSluis,
  portal: Client,
  page: ClientAnswer,
  secret: string,
): Promise<ClientAnswer> {
  const code = freshCode(sluis, secret);
  return follow(portal, await portal.post(actionOf(page), { ...hiddenFields(page.text), code }));
}

/** A second authenticator app beside the first, by its owner. */
export async function addTotp(
  sluis: TestSluis,
  portal: Client,
  secret: string,
  label: string,
): Promise<{ readonly secret: string; readonly page: ClientAnswer }> {
  const shown = await prove(sluis, portal, await beginChange(portal, 'add'), secret);
  const added = secretOn(shown);
  if (added === undefined) throw new Error(`no new key: ${shown.status} ${shown.text.slice(0, 400)}`);
  const fields = { ...hiddenFields(shown.text), label, code: freshCode(sluis, added) };
  return { secret: added, page: await follow(portal, await portal.post(actionOf(shown), fields)) };
}
