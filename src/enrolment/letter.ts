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
    'Alleen een wachtwoord is niet meer genoeg. Wie uw wachtwoord steelt,',
    'kan dan nog niet bij uw gegevens. Daarom vragen wij u voortaan ook om',
    'een code van uw telefoon. Instellen duurt ongeveer vijf minuten.',
    '',
    'Dit is uw activeringscode:',
    '',
    `    ${letter.code}`,
    '',
    `U kunt de code gebruiken tot ${moment(letter, 'nl-NL')}.`,
    '',
    'Zo stelt u de tweede stap in:',
    '1. Zet een authenticator-app op uw telefoon.',
    '2. Ga op uw computer naar:',
    ...addresses(letter),
    '3. Log in met uw naam en wachtwoord, zoals u gewend bent.',
    '4. Typ de activeringscode hierboven in en volg de stappen.',
    '',
    'Geef deze code aan niemand. Wij vragen er nooit om, ook niet per',
    'telefoon. Gooi deze brief weg als u klaar bent.',
    ...desk(letter, 'Lukt het niet? Ga naar de balie:', 'of bel'),
  ];
}

function english(letter: Letter): string[] {
  return [
    'Your second step when you sign in',
    '',
    'A password alone is no longer enough. Who steals your password must',
    'not get at your data. That is why we now also ask for a code from your',
    'phone. Setting this up takes about five minutes.',
    '',
    'This is your activation code:',
    '',
    `    ${letter.code}`,
    '',
    `You can use the code until ${moment(letter, 'en-GB')}.`,
    '',
    'How to set up the second step:',
    '1. Put an authenticator app on your phone.',
    '2. On your computer, go to:',
    ...addresses(letter),
    '3. Sign in with your name and password, as you always do.',
    '4. Type the activation code above and follow the steps.',
    '',
    'Give this code to nobody. We never ask for it, not by phone either.',
    'Throw this letter away when you are done.',
    ...desk(letter, 'Does it not work? Go to the desk:', 'or call'),
  ];
}

function addresses(letter: Letter): string[] {
  return letter.apps.map(app => `   ${app.title}: ${app.address}`);
}

function desk(letter: Letter, heading: string, call: string): string[] {
  if (letter.desk === undefined) return [];
  return ['', heading, `   ${letter.desk.place}, ${letter.desk.hours}`, `   ${call} ${letter.desk.phone}`];
}

function moment(letter: Letter, language: string): string {
  const zone = letter.timeZone === undefined ? {} : { timeZone: letter.timeZone };
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', ...zone });
  return format.format(letter.until);
}
