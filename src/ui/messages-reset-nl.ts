import { dutchResetConsole } from './messages-reset-console-nl.ts';

/** Texts of the reset desk: letters, the page of the link in one, and the console's pages. Same rules as messages-nl.ts. */
export const dutchReset = {
  ...dutchResetConsole,
  'reset.mail.greeting': 'Geachte collega,',
  'reset.mail.ask-subject': 'Hebt u dit gevraagd? Herstel {number}',
  'reset.mail.ask': 'De balie kreeg uit uw naam een verzoek: haal de tweede stap van dit account weg.',
  'reset.mail.ask-what': 'Wilt u dat? Open dan deze link en geef antwoord. Dat kan tot {until}, en maar één keer.',
  'reset.mail.ask-else':
    'Zonder uw antwoord doet de balie niets. Na de link hoeft u niet in te loggen. Vraagt iemand u om een wachtwoord of code? Geef die niet en bel de balie.',
  'reset.mail.executed-subject': 'Herstel {number} is uitgevoerd',
  'reset.mail.executed': 'De tweede stap van dit account is weggehaald, op {at}:',
  'reset.mail.executed-what':
    'De balie die de persoon heeft gezien, geeft een activeringscode. Daarmee stelt de persoon een nieuwe tweede stap in.',
  'reset.mail.refused-subject': 'Herstel {number} is niet uitgevoerd',
  'reset.mail.refused': 'De balie doet het verzoek voor dit account niet:',
  'reset.mail.refused-why': 'De reden: {why}',
  'reset.mail.user-subject': 'Uw tweede stap is weggehaald',
  'reset.mail.user':
    'De balie van {organisation} heeft op {at} de tweede stap van uw account {name} weggehaald. U bent overal uitgelogd.',
  'reset.mail.user-what':
    'Bij de volgende keer inloggen hebt u een activeringscode nodig. Die krijgt u van de balie die u heeft gezien.',
  'reset.mail.user-else': 'Hebt u dit niet gevraagd? Bel dan meteen de balie, en verander uw wachtwoord.',
  'reset.mail.file-number': 'Dossiernummer: {file}',

  'reset.link.title': 'Hebt u dit gevraagd?',
  'reset.link.about': 'De balie kreeg uit uw naam een verzoek: haal de tweede stap van dit account weg.',
  'reset.link.account': 'Account',
  'reset.link.number': 'Nummer van het verzoek',
  'reset.link.file-number': 'Dossiernummer',
  'reset.link.filed': 'Gevraagd op',
  'reset.link.yes': 'Ja, dat heb ik gevraagd',
  'reset.link.no': 'Nee, dat was ik niet',
  'reset.link.yes-title': 'Dank u wel',
  'reset.link.yes-done':
    'De balie kan nu verder met verzoek {number}. U krijgt een mail als het klaar is. U kunt dit venster sluiten.',
  'reset.link.no-title': 'Dit verzoek is gestopt',
  'reset.link.no-done':
    'Er is niets veranderd. De beheerder ziet dat iemand uw naam heeft gebruikt. U kunt dit venster sluiten.',
  'reset.link.gone-title': 'Deze link werkt niet meer',
  'reset.link.gone': 'De link is al gebruikt, of hij is te oud. Vraag de balie om een nieuw verzoek.',
} as const;
