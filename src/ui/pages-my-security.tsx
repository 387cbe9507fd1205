import type { Level } from '../config/settings.ts';
import type { Agent } from '../device/trusted-device.ts';
import type { KindName } from '../factor/person.ts';
import { Form, type FormTokens } from './form.tsx';
import { Button, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';
import type { MessageId } from './messages.ts';
import { type AppLink, AppList } from './pages-start.tsx';
import { deviceName } from './pages-trust.tsx';
import { whenText } from './when.ts';

export interface ShownFactor {
  readonly kind: KindName;
  readonly label: string;
  readonly level: Level | 0;
  readonly boundAt: number;
  readonly usedAt: number | undefined;
  readonly href: string;
}

export interface ShownSession {
  readonly id: string;
  readonly app: string;
  /** What its browser said it is. */
  readonly agent: Agent | undefined;
  readonly beganAt: number;
  readonly usedAt: number;
  readonly endsAt: number;
  /** Of the browser that asks. */
  readonly here: boolean;
}

export interface ShownEvent {
  readonly at: number;
  readonly text: MessageId;
  /** An app's title. */
  readonly app?: string;
  readonly kind?: KindName;
}

/** A part of "My security" that has a page of its own. */
export interface OwnPart {
  readonly title: string;
  readonly about: string;
  readonly href: string;
}

export interface OverviewProps {
  readonly account: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly tokens: FormTokens;
  /** Where its own forms post to: changes, and ends of sessions. */
  readonly action: string;
  readonly sessionsAction: string;
  readonly factors: readonly ShownFactor[];
  /** How many are left; `above` where paper stands for nothing (R32). */
  readonly codes: number | 'above';
  readonly sessions: readonly ShownSession[];
  readonly events: readonly ShownEvent[];
  readonly parts: readonly OwnPart[];
  readonly apps: readonly AppLink[];
}

/** All that a person has, and what happened: each change begins here. */
export function mySecurityPage(page: Page, props: OverviewProps): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('own.title')}>
      <Title>{t('own.title')}</Title>
      <Paragraph>{t('own.lead')}</Paragraph>
      <Paragraph>
        {t('page.account')}: <strong>{props.account}</strong>
      </Paragraph>
      <Factors page={page} props={props} />
      <Codes page={page} props={props} />
      {props.parts.map(part => (
        <section class="sluis-stack">
          <h2 class="utrecht-heading-2">{part.title}</h2>
          <Paragraph>{part.about}</Paragraph>
          <Paragraph>
            <Link href={part.href}>{part.title}</Link>
          </Paragraph>
        </section>
      ))}
      <Sessions page={page} props={props} />
      <Events page={page} props={props} />
      <AppList page={page} apps={props.apps} label="page.to-app" />
    </Layout>,
  );
}

function Factors({ page, props }: { page: Page; props: OverviewProps }) {
  const { t } = page;
  const when = whenOf(page, props);
  return (
    <section class="sluis-stack" aria-labelledby="factors">
      <h2 class="utrecht-heading-2" id="factors">
        {t('own.factors')}
      </h2>
      <ul class="sluis-list">
        {props.factors.map(({ kind, label, level, boundAt, usedAt, href }) => (
          <li>
            <p class="utrecht-paragraph">
              <strong>{label}</strong>
              <br />
              {t(`kind.${kind}`)}. {t('own.factor-level', { level })}
            </p>
            <p class="utrecht-paragraph sluis-small">
              {t('own.factor-since', when(boundAt))}
              <br />
              {usedAt === undefined ? t('own.factor-unused') : t('own.factor-used', when(usedAt))}
            </p>
            <p class="utrecht-paragraph">
              <Link href={href}>{t('own.factor-change', { label })}</Link>
            </p>
          </li>
        ))}
      </ul>
      <Paragraph>{t('own.add-about')}</Paragraph>
      <Paragraph>{t('own.confirm')}</Paragraph>
      <ActForm page={page} props={props} act="add" text="own.add" />
    </section>
  );
}

function whenOf({ language }: Page, { timeZone }: OverviewProps) {
  return (time: number) => ({ when: whenText(language, timeZone, time) });
}

function Codes({ page, props }: { page: Page; props: OverviewProps }) {
  const { t } = page;
  const { codes } = props;
  return (
    <section class="sluis-stack" aria-labelledby="recovery-codes">
      <h2 class="utrecht-heading-2" id="recovery-codes">
        {t('own.codes')}
      </h2>
      {codes === 'above' ? (
        <Paragraph>{t('own.codes-above')}</Paragraph>
      ) : (
        <>
          <Paragraph>
            {t('own.codes-left', { count: codes })} {t('own.codes-about')}
          </Paragraph>
          <ActForm page={page} props={props} act="codes" text="own.codes-new" second />
        </>
      )}
    </section>
  );
}

function ActForm(form: { page: Page; props: OverviewProps; act: string; text: MessageId; second?: boolean }) {
  const { page, props, act, text, second } = form;
  return (
    <Form action={props.action} tokens={props.tokens} t={page.t}>
      <Button second={second === true} name="act" value={act}>
        {page.t(text)}
      </Button>
    </Form>
  );
}

function Sessions({ page, props }: { page: Page; props: OverviewProps }) {
  const { t } = page;
  return (
    <section class="sluis-stack" aria-labelledby="sessions">
      <h2 class="utrecht-heading-2" id="sessions">
        {t('own.sessions')}
      </h2>
      <ul class="sluis-list">
        {props.sessions.map(session => (
          <OneSession page={page} props={props} session={session} />
        ))}
      </ul>
      <Form action={props.sessionsAction} tokens={props.tokens} t={t}>
        <Paragraph>{t('own.end-all-about')}</Paragraph>
        <Button second name="act" value="all">
          {t('own.end-all')}
        </Button>
      </Form>
    </section>
  );
}

function OneSession({ page, props, session }: { page: Page; props: OverviewProps; session: ShownSession }) {
  const { t } = page;
  const { id, app, here } = session;
  const browser = deviceName(page, { label: '', browser: session.agent?.browser, platform: session.agent?.platform });
  const when = whenOf(page, props);
  return (
    <li>
      <p class="utrecht-paragraph" id={`session-${id}`}>
        <strong>{app}</strong>, {browser}
        {here ? `. ${t('own.session-here')}` : ''}
      </p>
      <p class="utrecht-paragraph sluis-small">
        {t('own.session-began', when(session.beganAt))}
        <br />
        {t('own.session-used', when(session.usedAt))}
        <br />
        {t('own.session-ends', when(session.endsAt))}
      </p>
      <Form action={props.sessionsAction} tokens={props.tokens} t={t}>
        <input type="hidden" name="session" value={id} />
        <Button second name="act" value="end" about={`session-${id}`}>
          {t('own.session-end', { app })}
        </Button>
      </Form>
    </li>
  );
}

function Events({ page, props }: { page: Page; props: OverviewProps }) {
  const { t } = page;
  const { events } = props;
  const when = whenOf(page, props);
  return (
    <section class="sluis-stack" aria-labelledby="events">
      <h2 class="utrecht-heading-2" id="events">
        {t('own.events')}
      </h2>
      {events.length === 0 ? <Paragraph>{t('own.events-none')}</Paragraph> : null}
      <ul class="sluis-list">
        {events.map(({ at, text, app, kind }) => (
          <li>
            <p class="utrecht-paragraph sluis-small">
              {when(at).when}
              <br />
              {t(text, {
                ...(app === undefined ? {} : { app }),
                ...(kind === undefined ? {} : { kind: t(`kind.${kind}`) }),
              })}
            </p>
          </li>
        ))}
      </ul>
      <Paragraph>{t('own.events-strange')}</Paragraph>
    </section>
  );
}

/** Nobody is signed in in this browser: where she can (R13, R16). */
export function signInFirstPage(page: Page, props: { readonly apps: readonly AppLink[] }): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('own.first-title')}>
      <Title>{t('own.first-title')}</Title>
      <Paragraph>{t('own.first')}</Paragraph>
      <AppList page={page} apps={props.apps} label="page.to-app" />
    </Layout>,
  );
}
