/** What a login page's own form says of itself. */
export interface LoginForm {
  /** Path of the form's action, and its query. */
  readonly action: string;
  readonly query: string;
  readonly userField: string;
  readonly passwordField: string;
  /** Every other named field, hidden ones with them. */
  readonly otherFields: readonly string[];
}

/**
 * Reads the form with a password field from a login page; undefined where there is none, or where it has no field for
 * a name. A reading aid for who configures an app, and never used on a request: what it found is checked like anything
 * else that an operator writes.
 */
export function readLoginForm(html: string, pageUrl: string): LoginForm | undefined {
  for (const [, attributes = '', content = ''] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form\s*>/gi)) {
    const fields = [...content.matchAll(/<(?:input|select|textarea|button)\b([^>]*)>/gi)]
      .map(([, text = '']) => ({
        name: attribute(text, 'name'),
        type: (attribute(text, 'type') ?? 'text').toLowerCase(),
      }))
      .filter((field): field is { name: string; type: string } => field.name !== undefined && field.name !== '');
    const password = fields.find(({ type }) => type === 'password');
    const user = fields.find(({ type }) => type === 'text' || type === 'email' || type === 'tel');
    if (password === undefined || user === undefined) continue;
    const target = new URL(attribute(attributes, 'action') ?? '', pageUrl);
    const others = new Set(fields.map(({ name }) => name));
    others.delete(user.name);
    others.delete(password.name);
    return {
      action: target.pathname,
      query: target.search.slice(1),
      userField: user.name,
      passwordField: password.name,
      otherFields: [...others],
    };
  }
  return undefined;
}

function attribute(text: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(text);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value?.replaceAll('&amp;', '&');
}
