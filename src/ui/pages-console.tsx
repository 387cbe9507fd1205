import type { Child } from 'hono/jsx';
import type { KindName } from '../factor/person.ts';
import { ReasonField, TextField } from './console-fields.tsx';
import { ConsoleLayout, type ConsolePage } from './console-layout.tsx';
import { Form, type FormTokens } from './form.tsx';
import { Button, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';
import type { MessageId } from './messages.ts';

interface FormProps {
  readonly action: string;
  readonly tokens: FormTokens;
}

export type ConsoleSignInMistake = 'wrong' | 'missing' | 'unavailable';

/** First factor of an operator: one answer for all that can be wrong with it (no name is told from another). */
export function consoleSignInPage(
  page: Page,
  props: FormProps & {
    readonly invitation: string;
    /** Where else than here the password is kept; or one for a while, beside that. */
    readonly password?: 'directory' | 'spare';
    readonly mistake?: ConsoleSignInMistake;
  },
): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`console.sign-in.${props.mistake}`);
  return render(
    <Layout page={page} title={t('console.sign-in')} failed={mistake !== undefined}>
      <Title>{t('console.sign-in')}</Title>
      <Mistake t={t} text={mistake} />
      <Paragraph>
        {t(props.password === undefined ? 'console.sign-in.about' : `console.sign-in.about-${props.password}`)}
      </Paragraph>
      <Form action={props.action} tokens={props.tokens} t={t}>
        <TextField name="email" type="email" label={t('console.email')} autocomplete="username" focus />
        <TextField
          name="password"
          type="password"
          label={t('console.password')}
          autocomplete="current-password"
          most={256}
        />
        <div class="sluis-actions">
          <Button>{t('console.sign-in.submit')}</Button>
          <Link href={props.invitation}>{t('console.invitation.have')}</Link>
        </div>
      </Form>
    </Layout>,
  );
}

export type InvitationMistake = 'wrong' | 'expired' | 'missing';

export function invitationPage(
  page: Page,
  props: FormProps & { readonly signIn: string; readonly mistake?: InvitationMistake },
): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`console.invitation.${props.mistake}`);
  return render(
    <Layout page={page} title={t('console.invitation')} failed={mistake !== undefined}>
      <Title>{t('console.invitation')}</Title>
      <Mistake t={t} text={mistake} />
      <Paragraph>{t('console.invitation.about')}</Paragraph>
      <Form action={props.action} tokens={props.tokens} t={t}>
        <TextField name="email" type="email" label={t('console.email')} autocomplete="username" focus />
        <TextField name="code" label={t('console.invitation.code')} most={80} />
        <div class="sluis-actions">
          <Button>{t('console.invitation.submit')}</Button>
          <Link href={props.signIn}>{t('console.sign-in')}</Link>
        </div>
      </Form>
    </Layout>,
  );
}

export type PasswordMistake = 'short' | 'long' | 'name' | 'differs';

export function newPasswordPage(
  page: Page,
  props: FormProps & { readonly account: string; readonly mistake?: PasswordMistake },
): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`console.new-password.${props.mistake}`);
  return render(
    <Layout page={page} title={t('console.new-password')} failed={mistake !== undefined}>
      <Title>{t('console.new-password')}</Title>
      <Mistake t={t} text={mistake} />
      <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
        <TextField
          name="password"
          type="password"
          label={t('console.new-password')}
          about={t('console.new-password.about')}
          mistake={mistake}
          autocomplete="new-password"
          most={300}
        />
        <TextField
          name="again"
          type="password"
          label={t('console.new-password.again')}
          autocomplete="new-password"
          most={300}
        />
        <div class="sluis-actions">
          <Button>{t('page.go-on')}</Button>
        </div>
      </Form>
    </Layout>,
  );
}

/** Her kinds of factor, and what to do where none is at hand. */
export function consoleOtherWaysPage(
  page: Page,
  props: { readonly kinds: readonly { readonly kind: KindName; readonly href: string }[]; readonly restart: string },
): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('other-ways.title')}>
      <Title>{t('other-ways.title')}</Title>
      <ul class="utrecht-unordered-list">
        {props.kinds.map(({ kind, href }) => (
          <li class="utrecht-unordered-list__item">
            <Link href={href}>{t('other-ways.use', { kind: t(`kind.${kind}`) })}</Link>
          </li>
        ))}
      </ul>
      <Paragraph>{t('console.lost')}</Paragraph>
      <p class="sluis-actions">
        <Link href={props.restart} next>
          {t('console.restart')}
        </Link>
      </p>
    </Layout>,
  );
}

export const consoleHalts = ['mandate', 'role', 'level', 'gone', 'identity', 'unavailable'] as const;
export type ConsoleHalt = (typeof consoleHalts)[number];

/** Why she does not come further, and what to do. */
export function consoleHaltPage(page: Page, halt: ConsoleHalt, props: { readonly next: string }): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t(`console.halt.${halt}`)} failed>
      <Title>{t(`console.halt.${halt}`)}</Title>
      <Paragraph>{t(`console.halt.${halt}.text`)}</Paragraph>
      <p class="sluis-actions">
        <Link href={props.next} main>
          {t(halt === 'role' ? 'console.to-today' : 'console.sign-in')}
        </Link>
      </p>
    </Layout>,
  );
}

const mostDetail = 50;

/** Before a dangerous act: what will happen to whom, why it is done, and the way back. */
export function actPage(
  page: ConsolePage,
  props: FormProps & {
    readonly title: string;
    /** What will happen, each in a sentence. */
    readonly consequences: readonly string[];
    readonly submit: string;
    readonly back: string;
    readonly asksReason: boolean;
    readonly mistake?: MessageId | undefined;
    /** What is wrong, line by line. */
    readonly detail?: readonly string[];
    readonly fields?: Child;
    readonly upload?: true;
    /** Below the form. */
    readonly after?: Child;
  },
): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(props.mistake);
  return render(
    <ConsoleLayout page={page} title={props.title} failed={mistake !== undefined}>
      <Mistake t={t} text={mistake} />
      {props.detail === undefined || props.detail.length === 0 ? null : (
        <pre class="sluis-pre" lang="en">
          {props.detail.slice(0, mostDetail).join('\n')}
        </pre>
      )}
      <Paragraph>{t('console.will-happen')}</Paragraph>
      <ul class="utrecht-unordered-list">
        {props.consequences.map(text => (
          <li class="utrecht-unordered-list__item">{text}</li>
        ))}
      </ul>
      <Form action={props.action} tokens={props.tokens} t={t} upload={props.upload === true}>
        {props.fields ?? null}
        {props.asksReason ? <ReasonField page={page} mistake={props.mistake === 'console.reason-missing'} /> : null}
        <div class="sluis-actions">
          <Button>{props.submit}</Button>
          <Link href={props.back}>{t('page.cancel')}</Link>
        </div>
      </Form>
      {props.after ?? null}
    </ConsoleLayout>,
  );
}
