/** What the printed letter says. */
export interface Letter {
  readonly organisation: string;
  readonly name: string;
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Where people sign in: title and address of each app. */
  readonly apps: readonly { readonly title: string; readonly address: string }[];
  readonly desk: { readonly place: string; readonly hours: string; readonly phone: string } | undefined;
  /** IANA name; the computer's own where undefined. */
  readonly timeZone?: string | undefined;
}

/** A letter in plain text, Dutch first and English below, at most 72 columns where names and addresses allow it. */
export function letterText(letter: Letter): string {
  return [...dutch(letter), '', rule, '', ...english(letter), ''].join('\n');
}

const rule = '-'.repeat(72);

function dutch(letter: Letter): string[] {
  return [
    letter.organisation,
    '',
    `Voor: ${letter.name}`,
    '',
    'Uw tweede stap bij het inloggen',
    '',
    'Wachtwoorden worden soms gestolen. Daarom vragen wij u voortaan na uw',
    'wachtwoord ook om een code. Een dief met alleen uw wachtwoord komt er',
    'dan niet in. Instellen duurt ongeveer 5 minuten.',
    '',
    'Dit is uw activeringscode:',
    '',
    `    ${letter.code}`,
    '',
    `De code werkt één keer, tot ${moment(letter, 'nl-NL')}.`,
    '',
    'Zo stelt u de tweede stap in:',
    '1. Zet een authenticator-app op uw telefoon. Zoek in de app-winkel op',
    '   "authenticator". Geen telefoon? Een wachtwoordmanager op uw',
    '   computer kan ook codes maken.',
    '2. Ga op uw computer naar:',
    ...addresses(letter),
    '3. Log in met uw naam en wachtwoord, zoals u gewend bent.',
    '4. Typ de activeringscode hierboven in en volg de stappen.',
    '',
    'Geef deze code aan niemand. Wij vragen er nooit om, ook niet per',
    'telefoon. Bent u klaar? Verscheur deze brief dan.',
    ...desk(letter, 'nl'),
  ];
}

function english(letter: Letter): string[] {
  return [
    'Your second step when you sign in',
    '',
    'Passwords sometimes get stolen. That is why we now also ask for a code',
    'after your password. A thief with only your password then cannot get',
    'in. Setting this up takes about 5 minutes.',
    '',
    'This is your activation code:',
    '',
    `    ${letter.code}`,
    '',
    `The code works once, until ${moment(letter, 'en-GB')}.`,
    '',
    'How to set up the second step:',
    '1. Put an authenticator app on your phone. Search for "authenticator"',
    '   in the app store. No phone? A password manager on your computer can',
    '   make codes too.',
    '2. On your computer, go to:',
    ...addresses(letter),
    '3. Sign in with your name and password, as you always do.',
    '4. Type the activation code above and follow the steps.',
    '',
    'Do not give this code to anyone. We never ask for it, not even by',
    'phone. Are you done? Then tear this letter up.',
    ...desk(letter, 'en'),
  ];
}

function addresses(letter: Letter): string[] {
  return letter.apps.map(app => `   ${app.title}: ${app.address}`);
}

const deskWords = {
  nl: {
    heading: 'Lukt het niet? Ga naar de balie:',
    call: 'of bel',
    none: 'Lukt het niet? Vraag het aan de helpdesk van uw organisatie.',
  },
  en: {
    heading: 'Does it not work? Go to the desk:',
    call: 'or call',
    none: 'Does it not work? Ask the help desk of your organisation.',
  },
} as const;

function desk({ desk: place }: Letter, language: keyof typeof deskWords): string[] {
  const { heading, call, none } = deskWords[language];
  if (place === undefined) return ['', none];
  return ['', heading, `   ${place.place}, ${place.hours}`, `   ${call} ${place.phone}`];
}

function moment(letter: Letter, language: string): string {
  const zone = letter.timeZone === undefined ? {} : { timeZone: letter.timeZone };
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', ...zone });
  return format.format(letter.until);
}
