import type { FormText } from '../visit/form-text.ts';
import { fieldName } from './field-name.ts';
import type { FormTokens } from './form.tsx';
import { ActionLink, Button, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';

/** A form that waits, as a person knows it again. */
export interface WaitingForm {
  readonly app: string;
  readonly why: 'step-up' | 'expired';
  /** Path of the page that it was written on, if the browser said so. */
  readonly from: string | undefined;
  /** Milliseconds since it was posted. */
  readonly age: number;
  readonly bytes: number;
  readonly text: FormText;
  /** An older one that waited is gone. */
  readonly replaced: boolean;
  readonly action: string;
  /** `attempt` names this very submission. */
  readonly tokens: FormTokens;
}

const shownTexts = 6;
const shownLetters = 280;

/** Nothing is sent unless she presses the button: she sees first what it is. */
export function sendPage(page: Page, form: WaitingForm): string {
  const { t } = page;
  const { app, text } = form;
  const texts = [...text.texts.filter(isWritten), ...text.texts.filter(one => !isWritten(one))];
  return render(
    <Layout page={page} title={t('send.title')}>
      <Title>{t('send.title')}</Title>
      <Paragraph>{t(form.why === 'step-up' ? 'send.lead' : 'send.lead-expired', { app })}</Paragraph>
      <Replaced page={page} replaced={form.replaced} />
      <WaitingFacts page={page} form={form} />
      <section class="sluis-stack" aria-labelledby="what">
        <h2 class="utrecht-heading-2" id="what">
          {t('send.what')}
        </h2>
        <TextList page={page} texts={texts.slice(0, shownTexts)} />
        {texts.length > shownTexts ? (
          <Paragraph>{t('send.more', { count: texts.length - shownTexts })}</Paragraph>
        ) : null}
        <Files page={page} files={text.files} label="send.files" />
      </section>
      <form method="post" action={form.action}>
        <Hidden tokens={form.tokens} />
        <p class="sluis-actions">
          <Button name="act" value="send">
            {t('send.submit')}
          </Button>
          <Button second name="act" value="drop">
            {t('send.drop')}
          </Button>
        </p>
      </form>
    </Layout>,
  );
}

/** Where sending on would fail in the app: what she wrote is given back to her, to be copied. */
export function textBackPage(page: Page, form: WaitingForm, props: { readonly next: string }): string {
  const { t } = page;
  const { app, text } = form;
  return render(
    <Layout page={page} title={t('text-back.title')}>
      <Title>{t('text-back.title')}</Title>
      <Paragraph>{t('text-back.lead', { app })}</Paragraph>
      <Replaced page={page} replaced={form.replaced} />
      <WaitingFacts page={page} form={form} />
      <Texts page={page} text={text} />
      <Files page={page} files={text.files} label="text-back.files" />
      <ActionLink href={props.next}>{t('page.to-app', { app })}</ActionLink>
      <form method="post" action={form.action}>
        <Hidden tokens={form.tokens} />
        <Button second name="act" value="drop">
          {t('text-back.drop')}
        </Button>
      </form>
    </Layout>,
  );
}

/** `sent`: by another click or tab. `gone`: thrown away, too old, or somebody else's. */
export function nothingToSendPage(
  page: Page,
  props: { readonly what: 'sent' | 'gone'; readonly app: string; readonly next: string },
): string {
  const { t } = page;
  const title = t(props.what === 'sent' ? 'sent.title' : 'no-send.title');
  return render(
    <Layout page={page} title={title}>
      <Title>{title}</Title>
      <Paragraph>{t(props.what === 'sent' ? 'sent.text' : 'no-send.text', { app: props.app })}</Paragraph>
      <ActionLink href={props.next}>{t('page.to-app', { app: props.app })}</ActionLink>
    </Layout>,
  );
}

/** In place of an answer that was meant for a frame of the app's own page. */
export function handedOnPage(page: Page, props: { readonly app: string; readonly next: string }): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('handed-on.title')}>
      <Title>{t('handed-on.title')}</Title>
      <Paragraph>{t('handed-on.text', { app: props.app })}</Paragraph>
      <ActionLink href={props.next}>{t('page.to-app', { app: props.app })}</ActionLink>
    </Layout>,
  );
}

/** Larger than may be sent or kept: nothing of it went anywhere, and what was read of it is given back. */
export function tooBigPage(
  page: Page,
  props: { readonly text: FormText; readonly limit: number; readonly next: string },
): string {
  const { t } = page;
  const { text } = props;
  return render(
    <Layout page={page} title={t('too-big.title')} failed>
      <Title>{t('too-big.title')}</Title>
      <Paragraph>{t('too-big.text', { limit: sizeText(page, props.limit) })}</Paragraph>
      <Files page={page} files={text.files} label="text-back.files" />
      {text.texts.length === 0 ? null : <Paragraph>{t('too-big.copy')}</Paragraph>}
      <Texts page={page} text={text} />
      {text.cut && text.texts.length === 0 ? <Paragraph>{t('too-big.lost')}</Paragraph> : null}
      <ActionLink href={props.next}>{t('page.cancel')}</ActionLink>
    </Layout>,
  );
}

/** Inside a frame of the app, often one that nobody sees: leads the whole window on, by itself where scripts run. */
export function keptInFramePage(page: Page, props: { readonly to: string }): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('kept.title')}>
      <Title>{t('kept.title')}</Title>
      <Paragraph>{t('kept.text')}</Paragraph>
      <p class="sluis-actions">
        <Link href={props.to} main top leads>
          {t('page.go-on')}
        </Link>
      </p>
    </Layout>,
  );
}

function Hidden({ tokens }: { tokens: FormTokens }) {
  return (
    <>
      <input type="hidden" name="csrf" value={tokens.csrf} />
      <input type="hidden" name="attempt" value={tokens.attempt} />
    </>
  );
}

function Replaced({ page, replaced }: { page: Page; replaced: boolean }) {
  if (!replaced) return null;
  return (
    <div class="utrecht-alert utrecht-alert--info">
      <div class="utrecht-alert__content">
        <p class="utrecht-paragraph">{page.t('send.replaced')}</p>
      </div>
    </div>
  );
}

function WaitingFacts({ page, form }: { page: Page; form: WaitingForm }) {
  const { t } = page;
  return (
    <section class="sluis-desk sluis-facts">
      <dl>
        <div>
          <dt>{t('send.when')}</dt>
          <dd>{ageText(page, form.age)}</dd>
        </div>
        {form.from === undefined ? null : (
          <div>
            <dt>{t('send.from')}</dt>
            <dd>{form.from}</dd>
          </div>
        )}
        <div>
          <dt>{t('send.size')}</dt>
          <dd>{sizeText(page, form.bytes)}</dd>
        </div>
      </dl>
    </section>
  );
}

function TextList({ page, texts }: { page: Page; texts: FormText['texts'] }) {
  return (
    <dl class="sluis-texts">
      {texts.map(({ name, text }) => (
        <div>
          <dt>{fieldName(page.t, name)}</dt>
          <dd>{shortened(text)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Words, or an address: the rest of a form is mostly switches of the app's own. */
function isWritten({ text }: FormText['texts'][number]): boolean {
  return /[\s@]/.test(text.trim()) || text.length > 24;
}

function Texts({ page, text }: { page: Page; text: FormText }) {
  const rest = text.texts.filter(one => !isWritten(one));
  return (
    <>
      {text.texts.filter(isWritten).map(({ name, text: value }, index) => (
        <div class="sluis-field">
          <label class="utrecht-form-label" for={`text-${index}`}>
            {fieldName(page.t, name)}
          </label>
          <textarea
            class="utrecht-textbox utrecht-textbox--html-input sluis-text"
            id={`text-${index}`}
            readonly
            rows={Math.min(14, rowsOf(value))}
          >
            {/* A line end that stands first is dropped by browsers. */}
            {value.startsWith('\n') || value.startsWith('\r') ? `\n${value}` : value}
          </textarea>
        </div>
      ))}
      {rest.length === 0 ? null : (
        <details>
          <summary>{page.t('text-back.rest')}</summary>
          <TextList page={page} texts={rest} />
        </details>
      )}
      {text.texts.length === 0 && !text.cut ? <Paragraph>{page.t('text-back.none')}</Paragraph> : null}
      {text.cut && text.texts.length > 0 ? <Paragraph>{page.t('text-back.cut')}</Paragraph> : null}
    </>
  );
}

function Files({
  page,
  files,
  label,
}: {
  page: Page;
  files: readonly string[];
  label: 'send.files' | 'text-back.files';
}) {
  if (files.length === 0) return null;
  return (
    <>
      <Paragraph>{page.t(label)}</Paragraph>
      <ul class="utrecht-unordered-list">
        {files.map(file => (
          <li class="utrecht-unordered-list__item">{file}</li>
        ))}
      </ul>
    </>
  );
}

/** Lines as they break on a phone. */
function rowsOf(text: string): number {
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 32)), 0);
}

function shortened(text: string): string {
  return text.length <= shownLetters ? text : `${text.slice(0, shownLetters).trimEnd()} ...`;
}

function ageText({ language, t }: Page, age: number): string {
  const minutes = Math.floor(age / 60_000);
  if (minutes < 1) return t('send.now');
  return new Intl.RelativeTimeFormat(language).format(-minutes, 'minute');
}

function sizeText({ language }: Page, bytes: number): string {
  const [amount, unit] =
    bytes < 1_000 ? [bytes, 'byte'] : bytes < 1_000_000 ? [bytes / 1_000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
  const options = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: amount < 10 ? 1 : 0 } as const;
  return new Intl.NumberFormat(language, options as Intl.NumberFormatOptions).format(amount as number);
}
