import { DeskBlock, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';
import type { MessageId } from './messages.ts';

/** What Sluis refuses, with the status it is answered with. The text of each says what to do (rule 7: never the cause). */
export const refusals = {
  'bad-request': { status: 400, next: 'refusal.start', desk: false },
  'not-found': { status: 404, next: 'refusal.start', desk: false },
  'unknown-host': { status: 421, next: 'refusal.start', desk: true },
  unreachable: { status: 502, next: 'refusal.again', desk: true },
  busy: { status: 503, next: 'refusal.again', desk: true },
  timeout: { status: 504, next: 'refusal.again', desk: true },
  store: { status: 503, next: 'refusal.again', desk: true },
  internal: { status: 500, next: 'refusal.again', desk: true },
  'not-allowed': { status: 403, next: 'refusal.start', desk: true },
  'not-in-group': { status: 403, next: 'refusal.start', desk: true },
  frame: { status: 401, next: 'refusal.frame.next', desk: false },
  'step-up': { status: 401, next: 'refusal.frame.next', desk: false },
  kept: { status: 401, next: 'refusal.sign-in', desk: false },
  'visit-expired': { status: 401, next: 'refusal.sign-in', desk: false },
  'visit-spent': { status: 401, next: 'refusal.sign-in', desk: false },
  'name-refused': { status: 400, next: 'refusal.sign-in', desk: true },
  'account-unknown': { status: 403, next: 'refusal.start', desk: true },
  limited: { status: 429, next: 'refusal.sign-in', desk: true },
  pendings: { status: 429, next: 'refusal.sign-in', desk: true },
  unjudged: { status: 502, next: 'refusal.sign-in', desk: true },
  'foreign-origin': { status: 403, next: 'refusal.sign-in', desk: false },
  form: { status: 403, next: 'refusal.again', desk: false },
  navigate: { status: 403, next: 'refusal.start', desk: false },
  'too-large': { status: 413, next: 'page.cancel', desk: false },
  upgrade: { status: 501, next: 'refusal.start', desk: true },
} as const satisfies Readonly<Record<string, { status: number; next: MessageId; desk: boolean }>>;

export type Refusal = keyof typeof refusals;

export interface RefusalProps {
  /** Where the one way on leads: the same page, the login page, the start page. Its words come with the refusal. */
  readonly next: string;
  /** Title of the app; those texts that name one need it. */
  readonly app?: string;
  /** Seconds to wait, for `limited`. */
  readonly seconds?: number;
  /** Bytes that may be sent, for `too-large`. */
  readonly limit?: number;
  /** Finds the line in the log; means nothing to anybody else. */
  readonly reference?: string;
}

const sizes = [
  [1024 ** 3, 'GB'],
  [1024 ** 2, 'MB'],
  [1024, 'KB'],
  [1, 'bytes'],
] as const;

/** As programs on a desk show it: rounded down, so that what fits by the page is let in. */
function sizeText(bytes: number): string {
  const [unit, name] = sizes.find(([size]) => bytes >= size) ?? [1, 'bytes'];
  return `${Math.floor(bytes / unit)} ${name}`;
}

/** The page of a refusal; answer it with `refusals[refusal].status`. */
export function refusalPage(page: Page, refusal: Refusal, props: RefusalProps): string {
  const { t } = page;
  const values = {
    app: props.app ?? page.site.organisation,
    seconds: props.seconds ?? 60,
    limit: sizeText(props.limit ?? 0),
  };
  const title = t(`refusal.${refusal}.title`, values);
  const { next, desk } = refusals[refusal];
  return render(
    <Layout page={page} title={title} failed>
      <Title>{title}</Title>
      <Paragraph>{t(`refusal.${refusal}.text`, values)}</Paragraph>
      <p class="sluis-actions">
        <Link href={props.next} main top={refusal === 'frame' || refusal === 'step-up'}>
          {t(next)}
        </Link>
      </p>
      {desk ? <DeskBlock page={page} /> : null}
      {props.reference === undefined ? null : (
        <p class="utrecht-paragraph sluis-small">
          {t('page.reference')} <code class="utrecht-code">{props.reference}</code>
        </p>
      )}
    </Layout>,
  );
}
