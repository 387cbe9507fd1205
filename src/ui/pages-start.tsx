import { Form, type FormTokens } from './form.tsx';
import { ActionLink, Button, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';
import type { MessageId } from './messages.ts';

/** An app to go to: its title and where people begin. */
export interface AppLink {
  readonly title: string;
  readonly href: string;
}

/** `signOut` is undefined for a browser that holds nothing to sign out of. */
export function startPage(
  page: Page,
  props: {
    readonly apps: readonly AppLink[];
    /** Her own security, where the portal has that. */
    readonly own?: string | undefined;
    readonly signOut: { readonly action: string; readonly tokens: FormTokens } | undefined;
  },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('start.title')}>
      <Title>{t('start.title')}</Title>
      <Paragraph>{t('start.lead')}</Paragraph>
      <AppList page={page} apps={props.apps} label="page.to-app" />
      {props.own === undefined ? null : (
        <Paragraph>
          <Link href={props.own}>{t('own.link')}</Link>
          <br />
          {t('own.link-about')}
        </Paragraph>
      )}
      {props.signOut === undefined ? null : (
        <Form action={props.signOut.action} tokens={props.signOut.tokens} t={t}>
          <Paragraph>{t('start.sign-out-about')}</Paragraph>
          <Button second>{t('start.sign-out')}</Button>
        </Form>
      )}
    </Layout>,
  );
}

/** Asked for at an app: what she came for is its main act. */
export function signOutPage(
  page: Page,
  props: {
    readonly app: AppLink;
    readonly own: string;
    readonly action: string;
    readonly tokens: FormTokens;
  },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('sign-out.title')}>
      <Title>{t('sign-out.title')}</Title>
      <Paragraph>{t('start.sign-out-about')}</Paragraph>
      <Form action={props.action} tokens={props.tokens} t={t}>
        <div class="sluis-actions">
          <Button>{t('start.sign-out')}</Button>
          <Link href={props.app.href}>{t('not-enough.back', { app: props.app.title })}</Link>
        </div>
      </Form>
      <Paragraph>
        <Link href={props.own}>{t('own.link')}</Link>
        <br />
        {t('own.link-about')}
      </Paragraph>
    </Layout>,
  );
}

export function signedOutPage(page: Page, props: { readonly apps: readonly AppLink[] }): string {
  return listPage(page, ['signed-out.title', 'signed-out.text', 'signed-out.again'], props.apps);
}

/** A challenge that was finished elsewhere or has expired; `setUp` where the person has just set up a factor. */
export function gonePage(page: Page, props: { readonly apps: readonly AppLink[]; readonly setUp?: boolean }): string {
  return listPage(page, ['gone.title', props.setUp === true ? 'gone.set-up' : 'gone.text', 'page.to-app'], props.apps);
}

/**
 * The step between two hosts: goes on by itself and by a link, never by a redirect, because a redirect that began
 * with a form post is stopped by a page whose policy says `form-action 'self'`. `app` undefined: on to the portal.
 */
export function hopPage(page: Page, props: { readonly to: string; readonly app: string | undefined }): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('hop.title')} goTo={props.to}>
      <Title>{t('hop.title')}</Title>
      <Paragraph>{props.app === undefined ? t('hop.to-portal') : t('hop.text', { app: props.app })}</Paragraph>
      <ActionLink href={props.to}>{t('page.go-on')}</ActionLink>
    </Layout>,
  );
}

function listPage(
  page: Page,
  [title, text, label]: readonly [MessageId, MessageId, MessageId],
  apps: readonly AppLink[],
) {
  const { t } = page;
  return render(
    <Layout page={page} title={t(title)}>
      <Title>{t(title)}</Title>
      <Paragraph>{t(text)}</Paragraph>
      <AppList page={page} apps={apps} label={label} />
    </Layout>,
  );
}

export function AppList({ page, apps, label }: { page: Page; apps: readonly AppLink[]; label: MessageId }) {
  return (
    <ul class="utrecht-unordered-list">
      {apps.map(app => (
        <li class="utrecht-unordered-list__item">
          <Link href={app.href} next>
            {page.t(label, { app: app.title })}
          </Link>
        </li>
      ))}
    </ul>
  );
}
