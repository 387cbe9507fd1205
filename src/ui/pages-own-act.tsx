import type { KindName } from '../factor/person.ts';
import { DeskBlock, Layout, Link, type Page, Paragraph, render, Title } from './layout.tsx';
import { Way } from './pages-challenge.tsx';

/** Who cannot answer with what was asked for, while she changes something of her own: no way around her strongest factor. */
export function ownOtherWaysPage(
  page: Page,
  props: {
    readonly kinds: readonly { readonly kind: KindName; readonly href: string }[];
    /** Where a code from the desk for something stronger is typed. */
    readonly activation: string | undefined;
    readonly back: string;
  },
): string {
  const { t, site } = page;
  return render(
    <Layout page={page} title={t('other-ways.title')}>
      <Title>{t('other-ways.title')}</Title>
      <Paragraph>{t('own.other-lead')}</Paragraph>
      <ul class="utrecht-unordered-list">
        {props.kinds.map(({ kind, href }) => (
          <Way href={href} title={t('other-ways.use', { kind: t(`kind.${kind}`) })} about={t(`kind.${kind}-about`)} />
        ))}
        {props.activation === undefined ? null : (
          <Way href={props.activation} title={t('other-ways.activation')} about={t('other-ways.activation-about')} />
        )}
        <Way href={site.helpUrl} title={t('other-ways.first-aid')} about={t('other-ways.first-aid-about')} />
      </ul>
      <DeskBlock page={page} />
      <p class="sluis-actions">
        <Link href={props.back} next>
          {t('own.back')}
        </Link>
      </p>
    </Layout>,
  );
}
