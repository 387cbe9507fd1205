import type { KindName } from '../factor/person.ts';
import { DigitsField, WordsField } from './form.tsx';
import { FormPage, type FormTarget, SubmitOr } from './form-page.tsx';
import { DeskBlock, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';
import type { Translate } from './messages.ts';

export type ChallengeMistake = 'wrong' | 'used' | 'malformed';

interface AskProps extends FormTarget {
  /** Leads to who has none. */
  readonly otherWays: string;
}

/** Asks for the code of an authenticator app, or of a hardware token. */
export function challengePage(
  page: Page,
  props: AskProps & {
    readonly kind: 'totp' | 'hardware-token';
    /** Where a token that has run away is brought back. */
    readonly again?: string;
    readonly mistake?: ChallengeMistake;
  },
): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`challenge.${props.mistake}`);
  const where = t(props.kind === 'totp' ? 'challenge.where' : 'hardware-token.where');
  return render(
    <FormPage
      page={page}
      title={t('challenge.title')}
      mistake={mistake}
      lead={<Paragraph>{where}</Paragraph>}
      target={props}
    >
      {props.kind === 'totp' ? (
        <DigitsField label={t('challenge.code')} mistake={mistake} />
      ) : (
        <DigitsField label={t('hardware-token.code')} mistake={mistake} length={8} />
      )}
      <SubmitOr submit={t('challenge.submit')} href={props.otherWays}>
        {t('challenge.no-code')}
      </SubmitOr>
      {props.again === undefined ? null : <Link href={props.again}>{t('hardware-token.again')}</Link>}
    </FormPage>,
  );
}

/** Two codes in a row bring a token back whose clock or counter has run away (RFC 4226 7.4, RFC 6238 6). */
export function resyncPage(page: Page, props: AskProps & { readonly mistake?: ChallengeMistake }): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t('hardware-token.again-wrong');
  return render(
    <FormPage
      page={page}
      title={t('hardware-token.again-title')}
      mistake={mistake}
      lead={<Paragraph>{t('hardware-token.again-what')}</Paragraph>}
      target={props}
    >
      <DigitsField label={t('hardware-token.first')} mistake={mistake} length={8} />
      <DigitsField label={t('hardware-token.second')} mistake={undefined} name="next" length={8} later />
      <SubmitOr submit={t('challenge.submit')} href={props.otherWays}>
        {t('challenge.no-code')}
      </SubmitOr>
    </FormPage>,
  );
}

/**
 * Too many mistakes: says how long to wait. The caller sends a Refresh header (a refresh in the markup would be read
 * as a time limit, WCAG 2.2.1); nothing typed is lost, there is no field.
 */
export function delayedPage(
  page: Page,
  props: {
    readonly wait: number;
    readonly retry: string;
    readonly otherWays: string | undefined;
    /** It is codes that are sent too often, and not answers. */
    readonly sending?: boolean;
  },
): string {
  const { t } = page;
  const sending = props.sending === true;
  const text = waitText(t, props.wait, sending ? 'sent-code' : 'challenge');
  const title = t(sending ? 'sent-code.delayed-title' : 'refusal.limited.title');
  return render(
    <Layout page={page} title={title} failed>
      <Title>{title}</Title>
      <Mistake t={t} text={text} />
      <Paragraph>{t(sending ? 'sent-code.delayed-what' : 'challenge.wait')}</Paragraph>
      <div class="sluis-actions">
        <Link href={props.retry} main>
          {t(sending ? 'sent-code.back' : 'challenge.retry')}
        </Link>
        {props.otherWays === undefined ? null : <Link href={props.otherWays}>{t('challenge.no-code')}</Link>}
      </div>
    </Layout>,
  );
}

/** `wait` in milliseconds, rounded up, in the unit that people count in. */
function waitText(t: Translate, wait: number, what: 'challenge' | 'sent-code'): string {
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return seconds <= 120
    ? t(`${what}.delayed`, { seconds })
    : t(`${what}.delayed-minutes`, { minutes: Math.ceil(seconds / 60) });
}

export function otherWaysPage(
  page: Page,
  props: {
    readonly account: string;
    readonly recovery: string;
    readonly activation: string | undefined;
    readonly challenge: string;
    /** Kinds of factors of hers that would do, those last used first; nothing where there is but one. */
    readonly kinds: readonly { readonly kind: KindName; readonly href: string }[];
    /** Gives this sign-in up and shows the app's login page. */
    readonly restart: { readonly href: string; readonly app: string };
  },
): string {
  const { t, site } = page;
  return render(
    <Layout page={page} title={t('other-ways.title')}>
      <Title>{t('other-ways.title')}</Title>
      <Paragraph>{t('other-ways.lead')}</Paragraph>
      <ul class="utrecht-unordered-list">
        {props.kinds.map(({ kind, href }) => (
          <Way href={href} title={t('other-ways.use', { kind: t(`kind.${kind}`) })} about={t(`kind.${kind}-about`)} />
        ))}
        <Way href={props.recovery} title={t('other-ways.recovery')} about={t('other-ways.recovery-about')} />
        {props.activation === undefined ? null : (
          <Way href={props.activation} title={t('other-ways.activation')} about={t('other-ways.activation-about')} />
        )}
        <Way href={site.helpUrl} title={t('other-ways.first-aid')} about={t('other-ways.first-aid-about')} />
        <Way
          href={props.restart.href}
          title={`${t('other-ways.restart')} (${props.account})`}
          about={t('other-ways.restart-about', { app: props.restart.app })}
        />
      </ul>
      <p class="sluis-actions">
        <Link href={props.challenge} next>
          {t('other-ways.back')}
        </Link>
      </p>
      <DeskBlock page={page} />
    </Layout>,
  );
}

export function Way({ href, title, about }: { href: string; title: string; about: string }) {
  return (
    <li class="utrecht-unordered-list__item">
      <Link href={href}>{title}</Link>
      <Paragraph>{about}</Paragraph>
    </li>
  );
}

export type RecoveryMistake = 'wrong' | 'malformed';

export function recoveryPage(page: Page, props: AskProps & { readonly mistake?: RecoveryMistake }): string {
  const { t } = page;
  const mistake = props.mistake === undefined ? undefined : t(`recovery.${props.mistake}`);
  return render(
    <FormPage
      page={page}
      title={t('recovery.title')}
      mistake={mistake}
      lead={<Paragraph>{t('recovery.what')}</Paragraph>}
      target={props}
    >
      <WordsField label={t('recovery.code')} mistake={mistake} />
      <SubmitOr submit={t('recovery.submit')} href={props.otherWays}>
        {t('recovery.none')}
      </SubmitOr>
    </FormPage>,
  );
}
