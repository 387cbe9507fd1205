import type { Language } from '../kernel/language.ts';
import type { Letter } from './letter.ts';

/** What the mail beside a letter says. There is no code in it, nor a place for one: the password may open the mailbox (R20, R38). */
export type Announcement = Pick<Letter, 'organisation' | 'name' | 'desk'> & {
  /** Titles of the apps; no addresses, so that nobody learns to sign in from a mail. */
  readonly apps: readonly string[];
  /** Of her last page; both where none is known. */
  readonly language: Language | undefined;
};

/** Plain text for a mail, without its address. */
export function announcementMail(announcement: Announcement): { subject: string; text: string; language: Language } {
  const languages: readonly Language[] = announcement.language === undefined ? ['nl', 'en'] : [announcement.language];
  const parts = languages.map(language => (language === 'nl' ? dutch(announcement) : english(announcement)));
  return {
    language: languages[0] ?? 'nl',
    subject: parts.map(({ subject }) => subject).join(' / '),
    text: parts.map(({ lines }) => `${lines.join('\n')}\n`).join(`\n${'-'.repeat(40)}\n\n`),
  };
}

interface Part {
  readonly subject: string;
  readonly lines: readonly string[];
}

function dutch({ organisation, name, apps, desk }: Announcement): Part {
  return {
    subject: 'U krijgt een brief over uw tweede stap bij het inloggen',
    lines: [
      `${organisation} beveiligt het inloggen beter. Dit gaat over uw account ${name}.`,
      '',
      'U krijgt een brief met een activeringscode. De code staat alleen in die',
      'brief. Wij mailen hem nooit en vragen er nooit om.',
      '',
      'Dit kunt u nu al doen:',
      '- Zet een authenticator-app op uw telefoon.',
      '- Hebt u geen telefoon bij u op het werk? Vraag de balie wat kan.',
      '',
      'Als de brief er is:',
      '1. Log in met uw naam en wachtwoord, zoals u gewend bent. Typ het adres',
      '   zelf in: in deze mail staat geen link.',
      '2. Typ de code uit de brief over en volg de stappen. Dat duurt ongeveer',
      '   vijf minuten.',
      ...(apps.length === 0 ? [] : ['', `Het geldt voor: ${apps.join(', ')}.`]),
      '',
      'Weet u hier niets van, of is er na een week geen brief? Neem dan contact op.',
      ...(desk === undefined ? [] : [`${desk.place}, ${desk.hours}, telefoon ${desk.phone}`]),
    ],
  };
}

function english({ organisation, name, apps, desk }: Announcement): Part {
  return {
    subject: 'You will get a letter about your second step when you sign in',
    lines: [
      `${organisation} makes signing in safer. This is about your account ${name}.`,
      '',
      'You will get a letter with an activation code. The code is in that letter',
      'only. We never mail it, and never ask for it.',
      '',
      'What you can do now:',
      '- Put an authenticator app on your phone.',
      '- No phone with you at work? Ask the desk what else there is.',
      '',
      'When the letter is there:',
      '1. Sign in with your name and password, as you always do. Type the address',
      '   yourself: there is no link in this mail.',
      '2. Type the code of the letter and follow the steps. This takes about five',
      '   minutes.',
      ...(apps.length === 0 ? [] : ['', `It is for: ${apps.join(', ')}.`]),
      '',
      'You know nothing of this, or no letter came after a week? Get in touch.',
      ...(desk === undefined ? [] : [`${desk.place}, ${desk.hours}, telephone ${desk.phone}`]),
    ],
  };
}
