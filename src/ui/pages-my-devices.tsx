import { Form, type FormTokens, LabelField } from './form.tsx';
import { Button, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';
import { deviceName, type ShownDevice } from './pages-trust.tsx';
import { dayText, whenText } from './when.ts';

interface DevicesProps {
  readonly devices: readonly (ShownDevice & { readonly href: string; readonly here: boolean })[];
  /** IANA name. */
  readonly timeZone: string;
  readonly action: string;
  readonly tokens: FormTokens;
  /** Where somebody says that several people use this browser. */
  readonly shared: string;
  readonly back: string;
}

/** The devices that a person trusts (R13). */
export function myDevicesPage(page: Page, props: DevicesProps): string {
  const { t } = page;
  const { devices } = props;
  return render(
    <Layout page={page} title={t('devices.title')}>
      <Title>{t('devices.title')}</Title>
      <Paragraph>{devices.length === 0 ? t('devices.none') : t('devices.lead')}</Paragraph>
      {devices.length === 0 ? null : <Paragraph>{t('devices.about')}</Paragraph>}
      <ul class="sluis-list">
        {devices.map(device => (
          <li>
            <p class="utrecht-paragraph">
              <strong>{deviceName(page, device)}</strong>
              {device.here ? (
                <>
                  <br />
                  {t('device.here')}
                </>
              ) : null}
            </p>
            <Times page={page} timeZone={props.timeZone} device={device} />
            <p class="utrecht-paragraph">
              <Link href={device.href}>{t('devices.change', { label: deviceName(page, device) })}</Link>
            </p>
          </li>
        ))}
      </ul>
      {devices.length === 0 ? null : (
        <Form action={props.action} tokens={props.tokens} t={t}>
          <div class="sluis-actions">
            <Button second name="act" value="all">
              {t('devices.remove-all')}
            </Button>
          </div>
        </Form>
      )}
      <Paragraph>
        <Link href={props.shared}>{t('trust.shared')}</Link>
      </Paragraph>
      <Paragraph>
        <Link href={props.back} next>
          {t('own.back')}
        </Link>
      </Paragraph>
    </Layout>,
  );
}

/** One of them: its name, and removing it. */
export function myDevicePage(
  page: Page,
  props: {
    readonly device: ShownDevice;
    readonly timeZone: string;
    readonly action: string;
    readonly tokens: FormTokens;
    readonly back: string;
  },
): string {
  const { t } = page;
  const { device, action, tokens } = props;
  const name = deviceName(page, device);
  return render(
    <Layout page={page} title={t('devices.change', { label: name })}>
      <Title>{t('devices.change', { label: name })}</Title>
      <Times page={page} timeZone={props.timeZone} device={device} />
      <Form action={action} tokens={tokens} t={t}>
        <LabelField label={t('devices.name')} value={device.label} />
        <div class="sluis-actions">
          <Button name="act" value="rename">
            {t('devices.rename')}
          </Button>
        </div>
      </Form>
      <Form action={action} tokens={tokens} t={t}>
        <div class="sluis-actions">
          <Button second name="act" value="remove">
            {t('devices.remove', { label: name })}
          </Button>
        </div>
      </Form>
      <Paragraph>
        <Link href={props.back} next>
          {t('devices.back')}
        </Link>
      </Paragraph>
    </Layout>,
  );
}

function Times({ page, timeZone, device }: { page: Page; timeZone: string; device: ShownDevice }) {
  const { t, language } = page;
  const { createdAt, lastUsedAt, until } = device;
  return (
    <p class="utrecht-paragraph sluis-small">
      {t('device.made', { when: dayText(language, timeZone, createdAt) })}
      <br />
      {lastUsedAt === undefined
        ? t('device.unused')
        : t('device.used', { when: whenText(language, timeZone, lastUsedAt) })}
      <br />
      {t('device.until', { when: whenText(language, timeZone, until) })}
    </p>
  );
}
