import { Form, type FormTokens, LabelField } from './form.tsx';
import {
  ActionLink,
  Button,
  DeskBlock,
  Layout,
  Link,
  Mistake,
  type Page,
  Paragraph,
  render,
  Title,
} from './layout.tsx';
import type { ShownFactor } from './pages-my-security.tsx';

/** One factor: another name, or away. */
export function ownFactorPage(
  page: Page,
  props: {
    readonly factor: ShownFactor;
    readonly action: string;
    readonly tokens: FormTokens;
    readonly back: string;
    readonly removable: 'yes' | 'last' | 'lent';
    readonly mistake?: 'empty';
  },
): string {
  const { t } = page;
  const { factor, removable } = props;
  const mistake = props.mistake === undefined ? undefined : t('own.rename-empty');
  return render(
    <Layout page={page} title={t('own.factor-title')} failed={mistake !== undefined}>
      <Title>{t('own.factor-title')}</Title>
      <Mistake t={t} text={mistake} />
      <Paragraph>
        <strong>{factor.label}</strong>. {t(`kind.${factor.kind}`)}. {t('own.factor-level', { level: factor.level })}
      </Paragraph>
      <Paragraph>{t('own.confirm')}</Paragraph>
      <Form action={props.action} tokens={props.tokens} t={t}>
        <LabelField label={t('own.rename-label')} value={mistake === undefined ? factor.label : ''} mistake={mistake} />
        <div class="sluis-actions">
          <Button name="act" value="rename">
            {t('own.rename')}
          </Button>
        </div>
      </Form>
      <h2 class="utrecht-heading-2">{t('own.remove-title')}</h2>
      {removable === 'yes' ? (
        <Form action={props.action} tokens={props.tokens} t={t}>
          <Paragraph>{t('own.remove-about')}</Paragraph>
          <Button second name="act" value="remove">
            {t('own.remove')}
          </Button>
        </Form>
      ) : (
        <>
          <Paragraph>{t(removable === 'last' ? 'own.remove-last' : 'own.remove-lent')}</Paragraph>
          <DeskBlock page={page} />
        </>
      )}
      <p class="sluis-actions">
        <Link href={props.back} next>
          {t('own.back')}
        </Link>
      </p>
    </Layout>,
  );
}

const failures = {
  done: 'own.failed',
  refused: 'own.failed',
  last: 'own.remove-last',
  many: 'own.many',
  'no-way': 'own.no-way',
} as const;

/** How a change of her own ended. */
export function ownDonePage(
  page: Page,
  props: {
    readonly act: 'add' | 'remove' | 'rename' | 'codes';
    readonly result: 'done' | 'last' | 'refused' | 'many' | 'no-way';
    readonly back: string;
  },
): string {
  const { t } = page;
  const { act, result } = props;
  const done = result === 'done' && act !== 'codes';
  const text = done ? (`own.done-${act}` as const) : failures[result];
  const title = t(done ? 'own.done-title' : 'own.failed-title');
  return render(
    <Layout page={page} title={title} failed={!done}>
      <Title>{title}</Title>
      {done ? <Paragraph>{t(text)}</Paragraph> : <Mistake t={t} text={t(text)} />}
      <ActionLink href={props.back}>{t('own.back')}</ActionLink>
    </Layout>,
  );
}
