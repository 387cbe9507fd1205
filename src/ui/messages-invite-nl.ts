/** Lists of people who are invited at once, and the mails beside their letters. */
export const dutchInvite = {
  'console.invite.method-about':
    'Nodig vanaf niveau {level}. Zo’n code geeft alleen de balie, aan de persoon die er zelf staat.',
  'console.invite-many.kept': 'Wat er van elke regel werd, ziet u daarna op deze pagina, onder de lijsten van eerder.',
  'console.invite-many.announce': 'Mail iedereen met een mailadres dat de brief komt',
  'console.invite-many.announce-about':
    'De mail vertelt wat er komt en wat iemand dan doet. De code staat er nooit in: wie het wachtwoord kent, kan misschien ook bij de mail.',
  'console.invite-many.no-mail': 'Er is geen mailserver ingesteld. Mensen krijgen alleen een brief.',
  'console.invite-many.earlier': 'Lijsten van eerder',
  'console.invite-many.one': 'Lijst van {at}. Aantal regels: {count}',
  'console.invite-many.result': 'Uitgenodigde lijst',
  'console.invite-many.made': 'Gemaakt',
  'console.invite-many.letters': 'Brieven',
  'console.invite-many.mails': 'Mails',
  'console.invite-many.failed': 'Mails die niet aankwamen',
  'console.invite-many.failed-about':
    'Deze mensen krijgen wel een brief. Verbeter hun mailadres in de lijst. Stuurt u hun regels opnieuw in? Dan geldt alleen de nieuwe brief.',
  'console.invite-many.lines': 'Regels van de lijst',
  'console.invite-many.line': 'Regel',
  'console.invite-many.mail': 'Mail',
  'console.invite-many.mail-none': 'Alleen een brief',
  'console.invite-many.mail-refused': 'Niet uitgenodigd',
  'console.invite-many.mail-known': 'Kreeg vandaag al een mail',
  'console.invite-many.mail-waiting': 'Onderweg',
  'console.invite-many.mail-sent': 'Verstuurd',
  'console.invite-many.mail-failed': 'Niet aangekomen',
  'console.invite-many.mail-over': 'Niet meer bekend. Zie het logboek',
  'console.invite-many.erased': 'Gewist',
} as const;
