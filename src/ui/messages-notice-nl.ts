/** Texts of mails that tell people what happened to their account. Same rules as messages-nl.ts; never a link in them. */
export const dutchNotice = {
  'notice.subject': 'Wijziging in uw tweede stap bij {organisation}',
  'notice.about': 'Dit bericht gaat over uw account {name} bij {organisation}.',
  'notice.some-kind': 'een tweede stap',
  'notice.factor-added': 'Er is een tweede stap toegevoegd: {kind}. Dat was op {when}.',
  'notice.factor-removed': 'Er is een tweede stap weggehaald: {kind}. Dat was op {when}.',
  'notice.factor-replaced': 'Een tweede stap is vervangen en werkt niet meer: {kind}. Dat was op {when}.',
  'notice.factor-reset': 'De helpdesk heeft een tweede stap weggehaald: {kind}. Dat was op {when}.',
  'notice.invited': 'Er is een activeringscode voor u gemaakt. Daarmee stelt u een tweede stap in. Dat was op {when}.',
  'notice.invited-anew':
    'Er is een nieuwe activeringscode voor u gemaakt. Uw oude tweede stap werkt niet meer. Dat was op {when}.',
  'notice.activation-used': 'Uw activeringscode is gebruikt. Dat was op {when}.',
  'notice.set-up-by-self': 'Er is begonnen met het instellen van uw tweede stap. Dat was op {when}.',
  'notice.recovery-made': 'Er zijn nieuwe herstelcodes gemaakt. De oude werken niet meer. Dat was op {when}.',
  'notice.recovery-used': 'Er is een herstelcode gebruikt. U hebt er nog {left}. Dat was op {when}.',
  'notice.token-handed-out': 'Er is een codekastje aan u gegeven. Dat was op {when}.',
  'notice.token-returned': 'Uw codekastje is ingenomen en werkt niet meer. Dat was op {when}.',
  'notice.series':
    'Iemand vulde vaak een verkeerde code in bij uw account. Die persoon kent misschien uw wachtwoord. Dat was op {when}.',
  'notice.reset-asked': 'Er is gevraagd om uw tweede stap opnieuw in te stellen. Dat was op {when}.',
  'notice.mail-added': 'Dit mailadres hoort nu bij uw account. Dat is zo sinds {when}.',
  'notice.mail-changed': 'Het mailadres van uw account is veranderd. Dat was op {when}.',
  'notice.mail-removed': 'Het mailadres van uw account is weggehaald. Dat was op {when}.',
  'notice.signed-out': 'Een beheerder heeft u overal uitgelogd. Dat was op {when}.',
  'notice.role-changed': 'Uw rol in het beheer van Sluis is veranderd. Dat was op {when}.',
  'notice.operator-asked':
    'Een beheerder heeft gevraagd om uw toegang tot het beheer van Sluis te veranderen. Dat was op {when}.',
  'notice.operator-password':
    'Er is voor u een tijdelijk wachtwoord gemaakt voor het beheer van Sluis. Dat was op {when}.',
  'notice.device-trusted':
    'Een apparaat is nu vertrouwd. Daar vragen we een tijd alleen uw wachtwoord. Dat was op {when}.',
  'notice.device-removed':
    'Een apparaat is niet meer vertrouwd. We vragen daar weer een tweede stap. Dat was op {when}.',
  'notice.device-doubted':
    'We vroegen op een vertrouwd apparaat toch om uw tweede stap, voor de zekerheid. Dat was op {when}.',
  'notice.device-copied':
    'Iemand gebruikte misschien een kopie van een vertrouwd apparaat. Het apparaat is daarom uitgelogd. Dat was op {when}.',
  'notice.password-changed':
    'In een app is een nieuw wachtwoord voor u ingevuld. In andere browsers bent u daarom uitgelogd. Dat was op {when}.',
  'notice.approval-reported':
    'Op uw telefoon is gemeld dat een verzoek niet van u kwam. Iemand anders kent uw wachtwoord. Dat was op {when}.',
  'notice.closed': 'Uw account is gesloten. U kunt niet meer inloggen. Dat was op {when}.',
  'notice.opened': 'Uw account is weer open. Dat was op {when}.',
  'notice.test-subject': 'Proefbericht van Sluis',
  'notice.test-text': 'Dit is een proefbericht. U hoeft niets te doen.',
  'notice.many':
    'Er is het laatste uur veel veranderd aan uw tweede stap. U krijgt daarom even geen bericht over elke wijziging.',
  'notice.was-you': 'Deed u dit zelf, of weet u hiervan? Dan hoeft u niets te doen.',
  'notice.not-you': 'Weet u hier niets van? Verander dan meteen uw wachtwoord en bel de balie of de helpdesk.',
  'notice.desk': '{place}, {hours}, telefoon {phone}',
  'notice.no-links':
    'In deze mail staat geen link. Wij mailen u nooit een link om in te loggen. Typ het adres altijd zelf in.',

  'signal.subject': 'Signaal van Sluis bij {organisation}',
  'signal.about': 'Account: {name}. Adres: {source}. Aantal: {count}. Tijd: {when}.',
  'signal.many': 'Er zijn het laatste uur veel signalen. De rest staat in het logboek van Sluis.',
  'signal.password-guessing': 'Iemand probeert steeds wachtwoorden bij één account.',
  'signal.password-guessing-do':
    'Bel de eigenaar: was zij het zelf? Is het een ander? Blokkeer dan het adres vóór Sluis.',
  'signal.second-step-failed': 'Iemand heeft het goede wachtwoord van een account, maar komt niet door de tweede stap.',
  'signal.second-step-failed-do':
    'Bel de eigenaar nu. Was zij het niet? Dan is haar wachtwoord gestolen: laat het direct veranderen.',
  'signal.one-source-many-accounts': 'Vanaf één adres mislukt het inloggen bij veel accounts.',
  'signal.one-source-many-accounts-do':
    'Is het geen kantoor of gedeeld netwerk? Blokkeer het adres vóór Sluis. Kijk welke accounts het waren.',
  'signal.added-after-reset': 'Kort na een reset is een nieuwe tweede stap toegevoegd.',
  'signal.added-after-reset-do':
    'Vraag de eigenaar of zij het was, via een nummer dat u al kent. Zo niet: sluit het account.',
  'signal.device-copied': 'Een vertrouwd apparaat is in twee browsers gebruikt. Het is uitgelogd.',
  'signal.device-copied-do': 'Bel de eigenaar. Laat haar computer op virussen nakijken en haar wachtwoord veranderen.',
  'signal.reported-stolen': 'Een tweede stap is als gestolen gemeld.',
  'signal.reported-stolen-do':
    'Laat het wachtwoord veranderen. Kijk wat er sinds de diefstal met het account is gedaan.',
} as const;
