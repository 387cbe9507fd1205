import type { Child } from 'hono/jsx';
import { Button, Layout, type Page, Paragraph, render, Title } from './layout.tsx';
import type { MessageId } from './messages.ts';

const outcomes = ['approved', 'wrong', 'reported', 'gone'] as const;
const troubles = ['link-gone', 'link-used', 'link-known', 'other-person', 'unsupported', 'offline', 'removed'] as const;
export type PhonePart = (typeof outcomes)[number] | (typeof troubles)[number] | 'none' | 'join' | 'ready' | 'asks';

/**
 * The page of a phone that approves: all that it may have to say, of which its script shows a part. It is installable, and
 * holds nothing of anybody. `show` is for pictures of it: what the script would show, which is not there then.
 */
export function phonePage(
  page: Page,
  props: { readonly folder: string; readonly show?: readonly PhonePart[] },
): string {
  const { t, site } = page;
  const script = props.show === undefined ? { script: site.assets.phone } : {};
  const shown = (part: string) => props.show === undefined || !props.show.some(one => one === part);
  const say = (part: (typeof outcomes | typeof troubles)[number], kind: 'info' | 'error') => (
    <Part name={part} hidden={shown(part)} focus>
      <div class={`utrecht-alert utrecht-alert--${kind}`} role="status">
        <div class="utrecht-alert__content">
          <Paragraph>{t(`phone.${part}`)}</Paragraph>
        </div>
      </div>
    </Part>
  );
  return render(
    <Layout page={page} title={t('phone.title')} installable={props.folder} {...script}>
      <Title>{t('phone.title')}</Title>
      <noscript>
        <p class="utrecht-paragraph">{t('phone.script')}</p>
      </noscript>
      <div class="sluis-stack" data-phone={props.folder}>
        <Part name="loading" hidden={props.show !== undefined}>
          <Paragraph>{t('phone.loading')}</Paragraph>
        </Part>
        {troubles.map(part => say(part, 'error'))}
        {outcomes.map(part => say(part, part === 'approved' || part === 'reported' ? 'info' : 'error'))}
        <None page={page} hidden={shown('none')} />
        <Join page={page} hidden={shown('join')} />
        <Ready page={page} hidden={shown('ready')} />
        <div class="sluis-stack" data-part="asks" hidden={shown('asks')}>
          {props.show?.includes('asks') === true ? <Card page={page} sample /> : null}
        </div>
        <template data-part="ask">
          <Card page={page} />
        </template>
        <Part name="again" hidden>
          <button class="utrecht-button utrecht-button--secondary-action" type="button" data-again>
            {t('page.go-on')}
          </button>
        </Part>
      </div>
    </Layout>,
  );
}

/** `focus`: it takes the focus once it is shown, so that it is read out. */
function Part({ name, hidden, focus, children }: { name: string; hidden: boolean; focus?: boolean; children: Child }) {
  return (
    <div class="sluis-stack" data-part={name} hidden={hidden} tabindex={focus === true ? -1 : undefined}>
      {children}
    </div>
  );
}

function Text({ name, sample }: { name: string; sample?: string }) {
  return <strong data-text={name}>{sample ?? ''}</strong>;
}

/** Not set up: the code of the link, for who cannot scan it into this very window. */
function None({ page: { t }, hidden }: { page: Page; hidden: boolean }) {
  return (
    <Part name="none" hidden={hidden}>
      <Paragraph>{t('phone.none')}</Paragraph>
      <Paragraph>{t('phone.none-how')}</Paragraph>
      <form class="sluis-stack">
        <div class="utrecht-form-field sluis-field sluis-words">
          <label class="utrecht-form-label" for="link-code">
            {t('phone.link-code')}
          </label>
          <input
            class="utrecht-textbox utrecht-textbox--html-input"
            id="link-code"
            type="text"
            autocomplete="off"
            autocapitalize="characters"
            maxlength={40}
          />
        </div>
        <Button>{t('phone.link-submit')}</Button>
      </form>
      <Paragraph>{t('phone.iphone')}</Paragraph>
    </Part>
  );
}

function Join({ page: { t }, hidden }: { page: Page; hidden: boolean }) {
  return (
    <Part name="join" hidden={hidden}>
      <p class="utrecht-paragraph">
        {t('phone.join')} <Text name="account" sample={hidden ? '' : 'anna'} />
      </p>
      <Paragraph>{t('phone.join-code')}</Paragraph>
      <p class="sluis-number">
        <Text name="code" sample={hidden ? '' : '123 456'} />
      </p>
      <Paragraph>{t('phone.join-not-you')}</Paragraph>
    </Part>
  );
}

function Ready({ page: { t }, hidden }: { page: Page; hidden: boolean }) {
  return (
    <>
      <Part name="ready" hidden={hidden}>
        <p class="utrecht-paragraph">
          {t('phone.ready')} <Text name="account" sample={hidden ? '' : 'anna'} />
        </p>
        <Paragraph>{t('phone.ready-what')}</Paragraph>
        <Paragraph>{t('phone.install')}</Paragraph>
      </Part>
      <Part name="push" hidden={hidden}>
        <button class="utrecht-button utrecht-button--secondary-action" type="button">
          {t('phone.push')}
        </button>
      </Part>
      <Part name="push-on" hidden>
        <Paragraph>{t('phone.push-on')}</Paragraph>
      </Part>
      <Part name="push-failed" hidden>
        <Paragraph>{t('phone.push-failed')}</Paragraph>
      </Part>
    </>
  );
}

/** One request: who, what, where and when; then the number, and "this is not me". The script fills it in. */
function Card({ page, sample }: { page: Page; sample?: boolean }) {
  const { t } = page;
  const id = sample === true ? 'number-sample' : 'number';
  const example = (text: string) => (sample === true ? { sample: text } : {});
  return (
    <section class="sluis-stack">
      <h2 class="utrecht-heading-2">{t('phone.ask')}</h2>
      <dl class="sluis-desk sluis-facts">
        <Fact page={page} id="phone.ask-who">
          <Text name="account" {...example('anna')} />
        </Fact>
        <Fact page={page} id="phone.ask-what">
          <Text name="app" {...example('Webmail')} />
        </Fact>
        <Fact page={page} id="phone.ask-where">
          <span data-text="browser">{sample === true ? 'Firefox (Windows)' : t('phone.ask-unknown')}</span>
        </Fact>
        <Fact page={page} id="phone.ask-known">
          {sample === true ? null : <span data-text="known-yes">{t('phone.ask-known-yes')}</span>}
          <span data-text="known-no">{t('phone.ask-known-no')}</span>
        </Fact>
        <Fact page={page} id="phone.ask-address">
          <span data-text="address">{sample === true ? '192.0.2.7' : ''}</span>
        </Fact>
        <Fact page={page} id="phone.ask-when">
          <span data-text="time">{sample === true ? '09:41' : ''}</span>
        </Fact>
      </dl>
      <form class="sluis-stack" novalidate>
        <div class="utrecht-form-field sluis-field sluis-code">
          <label class="utrecht-form-label" for={id}>
            {t('phone.ask-number')}
          </label>
          <p class="utrecht-form-field-error-message" data-text="two-digits" role="alert" hidden>
            {t('phone.ask-two-digits')}
          </p>
          <input
            class="utrecht-textbox utrecht-textbox--html-input"
            id={id}
            type="text"
            inputmode="numeric"
            autocomplete="off"
            maxlength={4}
          />
        </div>
        <div class="sluis-actions">
          <Button>{t('phone.ask-submit')}</Button>
          <button class="utrecht-button utrecht-button--secondary-action" type="button" data-fraud>
            {t('phone.ask-fraud')}
          </button>
        </div>
      </form>
    </section>
  );
}

function Fact({ page: { t }, id, children }: { page: Page; id: MessageId; children: Child }) {
  return (
    <div>
      <dt>{t(id)}</dt>
      <dd>{children}</dd>
    </div>
  );
}
