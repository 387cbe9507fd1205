import { TextField } from './console-fields.tsx';
import { Form, type FormTokens } from './form.tsx';
import { Button, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';

/** The way in where first factors are kept by a provider (OIDC): a link, for a form would not lead to another host. */
export function providerSignInPage(
  page: Page,
  props: { readonly provider: string; readonly href: string; readonly invitation: string; readonly spare: string },
): string {
  const { t } = page;
  const { provider } = props;
  return render(
    <Layout page={page} title={t('console.sign-in')}>
      <Title>{t('console.sign-in')}</Title>
      <Paragraph>{t('console.sign-in.about-provider', { provider })}</Paragraph>
      <p class="sluis-actions">
        <Link href={props.href} main>
          {t('console.sign-in.provider', { provider })}
        </Link>
        <Link href={props.invitation}>{t('console.invitation.have')}</Link>
        <Link href={props.spare}>{t('console.sign-in.spare')}</Link>
      </p>
    </Layout>,
  );
}

/** On the way of an invitation: who holds its code shows who she is. */
export function toProviderPage(
  page: Page,
  props: { readonly provider: string; readonly account: string; readonly href: string },
): string {
  const { t } = page;
  const { provider, account } = props;
  return render(
    <Layout page={page} title={t('console.sign-in.provider', { provider })}>
      <Title>{t('console.sign-in.provider', { provider })}</Title>
      <Paragraph>{t('console.provider.about', { account })}</Paragraph>
      <p class="sluis-actions">
        <Link href={props.href} main>
          {t('page.go-on')}
        </Link>
      </p>
    </Layout>,
  );
}

export type OwnPasswordMistake = 'wrong' | 'unavailable';

/** The same for a directory: the password that she has there. */
export function ownPasswordPage(
  page: Page,
  props: {
    readonly action: string;
    readonly tokens: FormTokens;
    readonly account: string;
    readonly mistake?: OwnPasswordMistake;
  },
): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`console.sign-in.${props.mistake}`);
  return render(
    <Layout page={page} title={t('console.own-password')} failed={mistake !== undefined}>
      <Title>{t('console.own-password')}</Title>
      <Mistake t={t} text={mistake} />
      <Paragraph>{t('console.own-password.about')}</Paragraph>
      <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
        <TextField
          name="password"
          type="password"
          label={t('console.password')}
          autocomplete="current-password"
          most={256}
          focus
        />
        <div class="sluis-actions">
          <Button>{t('page.go-on')}</Button>
        </div>
      </Form>
    </Layout>,
  );
}
