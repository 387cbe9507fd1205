import { DigitsField, Form, type FormTokens } from './form.tsx';
import { Button, Layout, Link, Mistake, type Page, Paragraph, render, Title } from './layout.tsx';
import { NameField, type OwnDeviceSaid, PersonalField } from './own-device.tsx';

/** What the computer shows while a phone is asked. */
export type ApprovalState =
  | { readonly state: 'open'; readonly number: string; readonly seconds: number }
  | { readonly state: 'approved' | 'wrong' | 'expired' }
  /** Too many requests: nothing was sent. */
  | { readonly state: 'limited'; readonly minutes: number };

interface ApprovalProps {
  readonly account: string;
  readonly action: string;
  readonly tokens: FormTokens;
  readonly otherWays: string;
  /** Where a script asks how it stands. */
  readonly poll: string;
  /** The phone's page as people type it: `sluis.gemeente.nl/approve`. */
  readonly place: string;
  readonly asked: ApprovalState;
}

/** How often the page comes again where no script runs; seconds. */
const again = 5;

/** Shows the number that is typed on the phone, and how long that can be done. */
export function approvalPage(page: Page, props: ApprovalProps): string {
  const { t, site } = page;
  const { asked } = props;
  const mistake = mistakeOf(page, asked);
  const open = asked.state === 'open' ? { script: site.assets.approval, again } : {};
  return render(
    <Layout page={page} title={t('approval.title')} failed={mistake !== undefined} {...open}>
      <Title>{t('approval.title')}</Title>
      <Mistake t={t} text={mistake} />
      {asked.state === 'open' ? <NumberToType page={page} number={asked.number} place={props.place} /> : null}
      {asked.state === 'approved' ? <Paragraph>{t('approval.approved')}</Paragraph> : null}
      {asked.state === 'limited' ? null : <Onward page={page} props={props} />}
      <div class="sluis-actions">
        <Link href={props.otherWays} next main={asked.state === 'limited'}>
          {t('approval.other-way')}
        </Link>
      </div>
    </Layout>,
  );
}

function mistakeOf({ t }: Page, asked: ApprovalState): string | undefined {
  if (asked.state === 'limited') return limitedText(t, asked.minutes);
  return asked.state === 'wrong' || asked.state === 'expired' ? t(`approval.${asked.state}`) : undefined;
}

function limitedText(t: Page['t'], minutes: number): string {
  return minutes <= 90
    ? t('approval.limited', { minutes })
    : t('approval.limited-hours', { hours: Math.ceil(minutes / 60) });
}

function NumberToType({ page: { t }, number, place }: { page: Page; number: string; place: string }) {
  return (
    <>
      <Paragraph>{t('approval.where', { place })}</Paragraph>
      <p class="utrecht-paragraph" id="number-what">
        {t('approval.type')}
      </p>
      <p class="sluis-number">
        <strong aria-describedby="number-what">{number}</strong>
      </p>
    </>
  );
}

/** One form, for what comes next: taking what was approved, or asking anew. */
function Onward({ page: { t }, props }: { page: Page; props: ApprovalProps }) {
  const { asked, account, action, tokens, poll } = props;
  const anew = asked.state === 'wrong' || asked.state === 'expired';
  return (
    <Form action={action} tokens={tokens} account={account} t={t}>
      {asked.state === 'open' ? (
        <p class="utrecht-paragraph" data-approval={poll}>
          {t('approval.left')} <span data-left>{asked.seconds}</span>
        </p>
      ) : null}
      <input type="hidden" name="act" value={anew ? 'again' : 'take'} />
      <div class="sluis-actions">
        {anew ? <Button>{t('approval.again')}</Button> : null}
        {asked.state === 'open' ? <Button second>{t('approval.done')}</Button> : null}
        {asked.state === 'approved' ? <Button>{t('page.go-on')}</Button> : null}
      </div>
    </Form>
  );
}

export const approvalMistakes = ['wrong', 'malformed', 'waiting', 'gone', 'personal'] as const;
export type ApprovalMistake = (typeof approvalMistakes)[number];

interface SetUpProps extends OwnDeviceSaid {
  readonly account: string;
  readonly action: string;
  readonly tokens: FormTokens;
  /** Where another kind can be chosen. */
  readonly kinds: string;
  /** The link, its code in groups, and its picture; undefined where it is over. */
  readonly link: { readonly uri: string; readonly code: string; readonly picture: string } | undefined;
  readonly place: string;
  readonly mistake?: ApprovalMistake;
}

/** Shows the link for a phone, and asks for what the phone then shows. */
export function approvalSetUpPage(page: Page, props: SetUpProps): string {
  const { t } = page;
  const { link } = props;
  const mistake = setUpMistake(page, props);
  return render(
    <Layout page={page} title={t('approval.set-up-title')} failed={mistake !== undefined}>
      <Title>{t('approval.set-up-title')}</Title>
      <Mistake t={t} text={mistake} />
      <Paragraph>{t('approval.set-up-why')}</Paragraph>
      {link === undefined ? (
        <NewLink page={page} props={props} />
      ) : (
        <>
          <Steps page={page} link={link} place={props.place} />
          <Confirm page={page} props={props} mistake={mistake} />
        </>
      )}
    </Layout>,
  );
}

function setUpMistake({ t }: Page, { mistake, link }: SetUpProps): string | undefined {
  if (link === undefined) return t('approval.set-up-gone');
  if (mistake === undefined) return undefined;
  return mistake === 'personal' ? t('approval.personal') : t(`approval.set-up-${mistake}`);
}

function Steps({ page: { t }, link, place }: { page: Page; link: NonNullable<SetUpProps['link']>; place: string }) {
  return (
    <ol class="utrecht-ordered-list">
      <li class="utrecht-ordered-list__item">
        {t('approval.step-scan')}
        <img class="sluis-qr" src={link.picture} alt={t('approval.qr')} width={240} height={240} />
        <p class="utrecht-paragraph">
          <a class="utrecht-link utrecht-link--html-a" href={link.uri} target="_blank" rel="noopener">
            {t('approval.open')}
          </a>
        </p>
        <p class="utrecht-paragraph">
          {t('approval.step-iphone', { place })} <code class="utrecht-code sluis-secret">{link.code}</code>
        </p>
      </li>
      <li class="utrecht-ordered-list__item">
        {t('approval.step-code')} {t('approval.own-phone')}
      </li>
    </ol>
  );
}

function Confirm({ page, props, mistake }: { page: Page; props: SetUpProps; mistake: string | undefined }) {
  const { t } = page;
  const beside = props.mistake === 'wrong' || props.mistake === 'malformed' ? mistake : undefined;
  return (
    <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
      <DigitsField label={t('approval.code')} mistake={beside} later={beside === undefined} length={8} />
      <NameField label={t('approval.label')} first={props.label || t('approval.label-first')} />
      <PersonalField
        label={t('approval.personal-word')}
        mistake={props.mistake === 'personal' ? mistake : undefined}
        said={props.personal}
      />
      <div class="sluis-actions">
        <Button>{t('approval.set-up-submit')}</Button>
        <Link href={props.kinds}>{t('webauthn.other-kind')}</Link>
      </div>
    </Form>
  );
}

function NewLink({ page: { t }, props }: { page: Page; props: SetUpProps }) {
  return (
    <Form action={props.action} tokens={props.tokens} account={props.account} t={t}>
      <input type="hidden" name="act" value="again" />
      <div class="sluis-actions">
        <Button>{t('approval.new-link')}</Button>
        <Link href={props.kinds}>{t('webauthn.other-kind')}</Link>
      </div>
    </Form>
  );
}
