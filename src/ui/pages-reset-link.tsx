import type { ResetCase } from '../reset/case.ts';
import { Facts } from './console-layout.tsx';
import { Button, DeskBlock, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';

/** Asks a requester whether the request is hers; the token in the address is all the proof that there is. */
export function resetLinkPage(
  page: Page,
  props: { readonly record: ResetCase; readonly action: string; readonly timeZone: string },
): string {
  const { t, language } = page;
  const { id, account, fileNumber, filedAt } = props.record;
  const zone = { timeZone: props.timeZone, dateStyle: 'long', timeStyle: 'short' } as const;
  const filed = new Intl.DateTimeFormat(language === 'nl' ? 'nl-NL' : 'en-GB', zone).format(filedAt);
  return render(
    <Layout page={page} title={t('reset.link.title')}>
      <Title>{t('reset.link.title')}</Title>
      <Paragraph>{t('reset.link.about')}</Paragraph>
      <Facts
        rows={[
          [t('reset.link.account'), account.address],
          [t('reset.link.number'), id],
          ...(fileNumber === undefined ? [] : [[t('reset.link.file-number'), fileNumber] as const]),
          [t('reset.link.filed'), filed],
        ]}
      />
      <form method="post" action={props.action}>
        <div class="sluis-actions">
          <Button name="answer" value="yes">
            {t('reset.link.yes')}
          </Button>
          <Button name="answer" value="no" second>
            {t('reset.link.no')}
          </Button>
        </div>
      </form>
    </Layout>,
  );
}

export function resetAnsweredPage(
  page: Page,
  { number, yes }: { readonly number: string; readonly yes: boolean },
): string {
  const { t } = page;
  const said = yes ? 'yes' : 'no';
  return render(
    <Layout page={{ ...page, switchTo: undefined }} title={t(`reset.link.${said}-title`)}>
      <Title>{t(`reset.link.${said}-title`)}</Title>
      <Paragraph>{t(`reset.link.${said}-done`, { number })}</Paragraph>
      <NextStep page={page} />
    </Layout>,
  );
}

export function resetLinkGonePage(page: Page): string {
  const { t } = page;
  return render(
    <Layout page={page} title={t('reset.link.gone-title')}>
      <Title>{t('reset.link.gone-title')}</Title>
      <Paragraph>{t('reset.link.gone')}</Paragraph>
      <DeskBlock page={page} />
      <NextStep page={page} />
    </Layout>,
  );
}

function NextStep({ page: { t, site } }: { page: Page }) {
  return (
    <div class="sluis-actions">
      <Link href={site.helpUrl} next>
        {t('page.help')}
      </Link>
    </div>
  );
}
