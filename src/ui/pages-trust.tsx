import { Form, type FormTokens } from './form.tsx';
import { Button, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';
import type { AppLink } from './pages-start.tsx';
import { whenText } from './when.ts';

/** A trusted device as its owner sees it. Times in milliseconds. */
export interface ShownDevice {
  readonly id: string;
  /** '' where she gave it none. */
  readonly label: string;
  readonly browser: string | undefined;
  readonly platform: keyof typeof platformNames | undefined;
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
  readonly until: number;
}

const platformNames = {
  windows: 'Windows',
  macos: 'macOS',
  linux: 'Linux',
  chromeos: 'ChromeOS',
  android: 'Android',
  ios: 'iOS',
} as const;

/** What a device is called where its owner gave it no name: `Chrome op Windows`. */
export function deviceName(
  { t }: Page,
  { label, browser, platform }: Pick<ShownDevice, 'label' | 'browser' | 'platform'>,
) {
  if (label !== '') return label;
  if (browser === undefined || platform === undefined) return browser ?? t('device.unknown');
  return t('device.browser', { browser, platform: platformNames[platform] });
}

/** After a code: may this browser be trusted (R10)? One page, two buttons. */
export function offerPage(
  page: Page,
  props: { readonly days: number; readonly action: string; readonly tokens: FormTokens; readonly shared: string },
): string {
  const { t } = page;
  const { days, action, tokens, shared } = props;
  return render(
    <Layout page={page} title={t('trust.title')}>
      <Title>{t('trust.title')}</Title>
      <Paragraph>{days === 1 ? t('trust.lead-one') : t('trust.lead', { days })}</Paragraph>
      <Paragraph>{t('trust.when-not')}</Paragraph>
      <Form action={action} tokens={tokens} t={t}>
        <div class="sluis-actions">
          <Button name="act" value="trust">
            {t('trust.yes')}
          </Button>
          <Button second name="act" value="no">
            {t('trust.no')}
          </Button>
          <Link href={shared}>{t('trust.shared')}</Link>
        </div>
      </Form>
    </Layout>,
  );
}

const mistakeId = 'device-mistake';

/** The sixth: which one goes (R14)? */
export function fullPage(
  page: Page,
  props: {
    readonly devices: readonly ShownDevice[];
    readonly timeZone: string;
    readonly action: string;
    readonly tokens: FormTokens;
    readonly missing: boolean;
  },
): string {
  const { t } = page;
  const { devices, action, tokens, missing } = props;
  const mistake = missing ? t('trust-full.missing') : undefined;
  return render(
    <Layout page={page} title={t('trust-full.title')} failed={missing}>
      <Title>{t('trust-full.title')}</Title>
      <Mistake t={t} text={mistake} />
      <Form action={action} tokens={tokens} t={t}>
        <fieldset class="utrecht-form-fieldset sluis-field" aria-describedby={missing ? mistakeId : undefined}>
          <legend class="utrecht-form-label">{t('trust-full.lead')}</legend>
          {mistake === undefined ? null : (
            <p class="utrecht-form-field-error-message" id={mistakeId}>
              {mistake}
            </p>
          )}
          {devices.map((device, index) => (
            <p class="sluis-choice">
              <input class="utrecht-radio-button" type="radio" id={`device-${index}`} name="device" value={device.id} />
              <label for={`device-${index}`}>
                <strong>{deviceName(page, device)}</strong>
                <br />
                {usedText(page, props.timeZone, device)}
              </label>
            </p>
          ))}
        </fieldset>
        <div class="sluis-actions">
          <Button name="act" value="replace">
            {t('trust-full.submit')}
          </Button>
          <Button second name="act" value="no">
            {t('trust-full.no')}
          </Button>
        </div>
      </Form>
    </Layout>,
  );
}

function usedText({ t, language }: Page, timeZone: string, { lastUsedAt }: ShownDevice): string {
  if (lastUsedAt === undefined) return t('device.unused');
  return t('device.used', { when: whenText(language, timeZone, lastUsedAt) });
}

/** Whether this browser is shared, and what that means (R11, R44). */
export function sharedDevicePage(
  page: Page,
  props: {
    readonly marked: 'person' | 'operator' | undefined;
    /** Asked to take it back without a factor that was passed just now. */
    readonly refused: boolean;
    readonly action: string;
    readonly tokens: FormTokens;
    readonly apps: readonly AppLink[];
  },
): string {
  const { t } = page;
  const { marked, refused, action, tokens, apps } = props;
  const title = marked === undefined ? t('shared-device.title') : t('shared-device.marked-title');
  return render(
    <Layout page={page} title={title} failed={refused}>
      <Title>{title}</Title>
      <Mistake t={t} text={refused ? t('shared-device.refused') : undefined} />
      <Paragraph>{marked === undefined ? t('shared-device.lead') : t('shared-device.marked')}</Paragraph>
      {marked === 'operator' ? <Paragraph>{t('shared-device.by-operator')}</Paragraph> : null}
      {marked === 'person' ? <Paragraph>{t('shared-device.unmark-about')}</Paragraph> : null}
      {marked === 'operator' ? null : (
        <Form action={action} tokens={tokens} t={t}>
          <div class="sluis-actions">
            <Button second={marked === 'person'} name="act" value={marked === undefined ? 'mark' : 'unmark'}>
              {t(marked === undefined ? 'shared-device.mark' : 'shared-device.unmark')}
            </Button>
          </div>
        </Form>
      )}
      <ul class="utrecht-unordered-list">
        {apps.map(app => (
          <li class="utrecht-unordered-list__item">
            <Link href={app.href} next>
              {t('page.to-app', { app: app.title })}
            </Link>
          </li>
        ))}
      </ul>
    </Layout>,
  );
}
