import { ActionLink, DeskBlock, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';

/** What people come to the help desk with (R43). The values are part of addresses that get printed: they stay. */
export const troubles = ['lost-phone', 'new-phone', 'code-refused', 'no-phone', 'shared-tablet'] as const;
export type Trouble = (typeof troubles)[number];

export function isTrouble(text: string): text is Trouble {
  return troubles.some(trouble => trouble === text);
}

/** `start` leads back to the apps; needs no sign-in. */
export function firstAidPage(page: Page, props: { readonly start: string; readonly own?: string | undefined }): string {
  const { t, site } = page;
  return render(
    <Layout page={page} title={t('first-aid.title')}>
      <Title>{t('first-aid.title')}</Title>
      <Paragraph>{t('first-aid.lead')}</Paragraph>
      <ul class="utrecht-unordered-list">
        {troubles.map(trouble => (
          <li class="utrecht-unordered-list__item">
            <Link href={`${site.helpUrl}/${trouble}`} next>
              {t(`first-aid.${trouble}`)}
            </Link>
          </li>
        ))}
      </ul>
      <Paragraph>{t('first-aid.desk')}</Paragraph>
      <DeskBlock page={page} />
      {props.own === undefined ? null : (
        <Paragraph>
          <Link href={props.own}>{t('own.link')}</Link>
          <br />
          {t('own.link-about')}
        </Paragraph>
      )}
      <ActionLink href={props.start}>{t('page.apps')}</ActionLink>
    </Layout>,
  );
}

export function troublePage(
  page: Page,
  props: { readonly trouble: Trouble; readonly start: string; readonly own?: string | undefined },
): string {
  const { t, site } = page;
  const { trouble } = props;
  return render(
    <Layout page={page} title={t(`first-aid.${trouble}`)}>
      <Title>{t(`first-aid.${trouble}`)}</Title>
      <ol class="utrecht-ordered-list">
        {([1, 2, 3] as const).map(step => (
          <li class="utrecht-ordered-list__item">{t(`first-aid.${trouble}.${step}`)}</li>
        ))}
      </ol>
      <Paragraph>{t('first-aid.desk')}</Paragraph>
      <DeskBlock page={page} />
      <div class="sluis-actions">
        <Link href={props.start} main>
          {t('page.apps')}
        </Link>
        {props.own === undefined ? null : <Link href={props.own}>{t('own.link')}</Link>}
        <Link href={site.helpUrl}>{t('first-aid.index')}</Link>
      </div>
    </Layout>,
  );
}
