/** "Mijn beveiliging", and what a person sets up or removes by herself. The rules are those of `messages-nl.ts`. */
export const dutchOwn = {
  'own.title': 'Mijn beveiliging',
  'own.lead': 'Hier ziet u waarmee u inlogt en waar u nu bent ingelogd.',
  'own.confirm': 'Wilt u iets wijzigen? Dan vragen we u eerst om uw tweede stap.',
  'own.back': 'Terug naar Mijn beveiliging',
  'own.link': 'Mijn beveiliging',
  'own.link-about': 'Bekijk of wijzig uw tweede stap, uw herstelcodes en waar u bent ingelogd.',

  'own.factors': 'Uw tweede stap',
  'own.factor-since': 'Ingesteld op {when}',
  'own.factor-used': 'Laatst gebruikt op {when}',
  'own.factor-unused': 'Nog niet gebruikt',
  'own.factor-level': 'Sterkte: {level} van 4',
  'own.factor-change': 'Wijzig of verwijder {label}',
  'own.add': 'Voeg een tweede stap toe',
  'own.add-about': 'Met een tweede manier kunt u ook inloggen als u uw telefoon of sleutel kwijt bent.',

  'own.codes': 'Herstelcodes',
  'own.codes-left': 'Aantal codes dat u nog hebt: {count}.',
  'own.codes-above':
    'Met uw beveiligingssleutel werken herstelcodes niet. Bent u uw sleutel kwijt? Ga dan naar de balie.',
  'own.codes-about': 'Maakt u nieuwe codes? Dan werken de oude codes niet meer.',
  'own.codes-new': 'Maak nieuwe herstelcodes',

  'own.sessions': 'Waar u bent ingelogd',
  'own.session-here': 'Dit is de browser die u nu gebruikt.',
  'own.session-began': 'Ingelogd op {when}',
  'own.session-used': 'Laatst gebruikt op {when}',
  'own.session-ends': 'Eindigt uiterlijk op {when}',
  'own.session-end': 'Log uit bij {app}',
  'own.end-all': 'Log overal uit',
  'own.end-all-about': 'U logt dan uit in alle browsers, bij alle toepassingen. Ook in deze browser.',

  'sign-out.title': 'Wilt u uitloggen?',

  'own.events': 'Wat er is gebeurd',
  'own.events-none': 'Er is nog niets gebeurd. Hier ziet u later wat er met uw account gebeurt.',
  'own.events-strange':
    'Hebt u iets hiervan niet zelf gedaan? Log dan overal uit, verander uw wachtwoord en bel de balie.',
  'own.event-session-began': 'U logde in bij {app}',
  'own.event-factor-added': 'Een tweede stap is ingesteld: {kind}',
  'own.event-factor-removed': 'Een tweede stap is verwijderd: {kind}',
  'own.event-factor-renamed': 'Een tweede stap kreeg een andere naam: {kind}',
  'own.event-codes-made': 'Er zijn nieuwe herstelcodes gemaakt',
  'own.event-code-used': 'Er is een herstelcode gebruikt',
  'own.event-code-refused': 'Er is een foute herstelcode ingevuld',
  'own.event-challenge-failed': 'De tweede stap lukte niet',
  'own.event-activation-accepted': 'Er is een activeringscode gebruikt',
  'own.event-invited': 'Uw organisatie maakte een activeringscode voor u',
  'own.event-token-handed-out': 'U kreeg een codekastje van de balie',
  'own.event-token-returned': 'U leverde een codekastje in',
  'own.event-reported': 'U meldde dat u niet zelf inlogde',
  'own.event-mail-set': 'Uw e-mailadres is gewijzigd',
  'own.event-reset': 'De balie verwijderde uw tweede stap',
  'own.event-by-self': 'U begon zelf met instellen',

  'own.factor-title': 'Wijzig uw tweede stap',
  'own.rename-label': 'Naam',
  'own.rename': 'Wijzig de naam',
  'own.rename-empty': 'Vul een naam in.',
  'own.remove-title': 'Verwijderen',
  'own.remove': 'Verwijder deze tweede stap',
  'own.remove-about':
    'Daarna kunt u er niet meer mee inloggen. Bent u er nu ergens mee ingelogd? Daar wordt u dan uitgelogd.',
  'own.remove-last':
    'U kunt deze nu niet verwijderen. Zonder deze stap komt u er niet meer in. Voeg eerst een andere toe.',
  'own.remove-lent': 'Dit codekastje is van uw organisatie. Lever het in bij de balie. Daar wordt het ook verwijderd.',

  'own.doing-add': 'U voegt een tweede stap toe.',
  'own.doing-remove': 'U verwijdert een tweede stap: {label}.',
  'own.doing-rename': 'U geeft een tweede stap een andere naam: {label}.',
  'own.doing-codes': 'U maakt nieuwe herstelcodes.',
  'own.doing-not': 'Wilt u dat niet? Ga terug.',

  'own.done-title': 'Het is gelukt',
  'own.done-add': 'Uw nieuwe tweede stap is ingesteld. U kunt er de volgende keer mee inloggen.',
  'own.done-remove': 'De tweede stap is verwijderd. Waar u er nog mee was ingelogd, bent u nu uitgelogd.',
  'own.done-rename': 'De naam is gewijzigd.',
  'own.failed-title': 'Er is niets gewijzigd',
  'own.failed': 'Misschien is er ondertussen iets anders gewijzigd. Kijk bij Mijn beveiliging en probeer het opnieuw.',

  'own.other-lead':
    'Om iets te wijzigen hebt u uw sterkste tweede stap nodig. Hebt u die niet meer? Ga dan naar de balie.',
  'own.first-title': 'Log eerst in',
  'own.first': 'Log in deze browser in bij een van uw toepassingen. Kom daarna hier terug.',
  'own.no-way': 'Dit kan hier niet met de tweede stap die u nu hebt. Ga naar de balie.',
  'own.many': 'U bent te vaak begonnen met een wijziging. Wacht 10 minuten en probeer het opnieuw.',

  'not-offered.title': 'Dit kunt u hier niet zelf instellen',
  'not-offered.text':
    'Uw code is voor een sterkere tweede stap, bijvoorbeeld een beveiligingssleutel. Dat kan hier nog niet. Ga naar de balie.',

  'self.what': 'U kunt uw tweede stap nu zelf instellen. Dat kan tot en met {date}.',
  'self.submit': 'Begin met instellen',

  'totp.label': 'Naam, bijvoorbeeld van uw telefoon',
  'totp.personal-word': 'Dit apparaat is alleen van mij. Niemand anders gebruikt deze codes.',
  'totp.personal-missing':
    'Zet een vinkje bij "Dit apparaat is alleen van mij". Een gedeeld apparaat mag u hier niet gebruiken.',
} as const;
