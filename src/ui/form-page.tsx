import type { Child } from 'hono/jsx';
import { Form, type FormTokens } from './form.tsx';
import { Button, Layout, Link, Mistake, type Page, Title } from './layout.tsx';

/** Where a form goes, and for whom. */
export interface FormTarget {
  readonly account: string;
  readonly action: string;
  readonly tokens: FormTokens;
}

/** A page that is one form: what was wrong with the last answer, what to do, the fields. */
export function FormPage({
  page,
  title,
  mistake,
  lead,
  target: { account, action, tokens },
  children,
  below,
  keys = false,
}: {
  page: Page;
  title: string;
  mistake: string | undefined;
  /** What to do, above the form. */
  lead: Child;
  target: FormTarget;
  children: Child;
  /** Forms of their own, which cannot stand in this one. */
  below?: Child;
  /** It asks the browser for a passkey or security key. */
  keys?: boolean;
}) {
  return (
    <Layout page={page} title={title} failed={mistake !== undefined} keys={keys}>
      <Title>{title}</Title>
      <Mistake t={page.t} text={mistake} />
      {lead}
      <Form action={action} tokens={tokens} account={account} t={page.t}>
        {children}
      </Form>
      {below}
    </Layout>
  );
}

/** The button, and the link for who has nothing to fill in. */
export function SubmitOr({ submit, href, children }: { submit: string; href: string; children: Child }) {
  return (
    <div class="sluis-actions">
      <Button>{submit}</Button>
      <Link href={href}>{children}</Link>
    </div>
  );
}
