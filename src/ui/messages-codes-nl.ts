/** Codes by SMS and by e-mail. */
export const codesDutch = {
  'kind.sms': 'Code per sms',
  'kind.sms-about': 'We sturen u een sms met een code van 6 cijfers.',
  'kind.email': 'Code per e-mail',
  'kind.email-about': 'We sturen u een e-mail met een code van 6 cijfers.',

  'sms.sent': 'We stuurden een sms met een code naar {to}. De code werkt 10 minuten.',
  'sms.text': '{code} is uw code voor {app}. Geef deze code aan niemand. Niet gevraagd? Bel uw helpdesk.',
  'sms.test-text': 'Dit is een proefbericht van Sluis. U hoeft niets te doen.',
  'sms.set-up-title': 'Stel codes per sms in',
  'sms.set-up-what': 'Vul uw mobiele nummer in. We sturen een sms met een code. Zo weten we dat het nummer klopt.',
  'sms.risk': 'Sms is minder veilig dan een app. Soms neemt een dief iemands nummer over. Kies een app als dat kan.',
  'sms.address': 'Mobiel nummer',
  'sms.personal-word': 'Alleen ik gebruik deze telefoon',
  'sms.personal':
    'Zet een vinkje bij "Alleen ik gebruik deze telefoon". Een gedeelde telefoon mag u hier niet gebruiken.',
  'sms.malformed': 'Vul een mobiel nummer in, bijvoorbeeld 06 12345678.',
  'sms.country': 'Naar dit land sturen we geen codes. Gebruik een ander nummer of kies een andere manier.',
  'sms.taken': 'Dit nummer hoort bij iemand anders. Gebruik een ander nummer of vraag het bij de balie.',
  'sms.change': 'Gebruik een ander nummer',

  'email.sent': 'We stuurden een e-mail met een code naar {to}. De code werkt 10 minuten. Kijk ook bij spam.',
  'email.subject': 'Uw code voor {app}',
  'email.text':
    '{code} is uw code voor {app}.\n\nDe code werkt 10 minuten. Geef deze code aan niemand. Ook wij vragen er nooit om.\n\nHebt u deze code niet gevraagd? Dan kent iemand uw wachtwoord. Bel uw helpdesk.\n\n{organisation}',
  'email.set-up-title': 'Stel codes per e-mail in',
  'email.set-up-what': 'Vul uw e-mailadres in. We sturen een e-mail met een code. Zo weten we dat het adres klopt.',
  'email.risk':
    'E-mail is minder veilig dan een app. Wie bij uw e-mail kan, kan de code lezen. Kies een app als dat kan.',
  'email.address': 'E-mailadres',
  'email.personal-word': 'Alleen ik lees deze e-mail',
  'email.personal': 'Zet een vinkje bij "Alleen ik lees deze e-mail". Een gedeeld adres mag u hier niet gebruiken.',
  'email.malformed': 'Vul een e-mailadres in, bijvoorbeeld naam@voorbeeld.nl.',
  'email.functional': 'Meer mensen lezen de mail van dit adres. Gebruik een adres dat alleen u leest.',
  'email.own': 'Deze e-mail opent u met hetzelfde wachtwoord. Gebruik een ander adres of kies een andere manier.',
  'email.taken': 'Dit adres hoort bij iemand anders. Gebruik een ander adres of vraag het bij de balie.',
  'email.change': 'Gebruik een ander adres',

  'sent-code.send': 'Stuur de code',
  'sent-code.other-kind': 'Kies een andere manier',
  'sent-code.again': 'Stuur een nieuwe code',
  'sent-code.again-to': 'Stuur een nieuwe code naar {to}',
  'sent-code.renewed': 'Dit is een nieuwe code. De code van daarvoor werkt niet meer.',
  'sent-code.wrong': 'Deze code klopt niet. Kijk of u de nieuwste code hebt en probeer het opnieuw.',
  'sent-code.used': 'Deze code is al gebruikt. Vraag een nieuwe code.',
  'sent-code.expired': 'Deze code werkt niet meer. Vraag een nieuwe code.',
  'sent-code.spent': 'U vulde te vaak een verkeerde code in. Kies een andere manier of log opnieuw in.',
  'sent-code.not-sent-title': 'De code is niet verstuurd',
  'sent-code.not-sent': 'We konden de code niet versturen. Dit ligt niet aan u.',
  'sent-code.again-not-sent':
    'We konden geen nieuwe code sturen. Dit ligt niet aan u. Hebt u al een code? Vul die in. Of probeer het over een minuut opnieuw.',
  'sent-code.not-sent-what':
    'Wacht een minuut en probeer het opnieuw. Lukt het niet? Kies een andere manier of bel de balie.',
  'sent-code.maybe-sent':
    'Misschien is de code niet verstuurd. Wacht een minuut. Komt er niets? Vraag dan een nieuwe code.',
  'sent-code.retry': 'Probeer het opnieuw',
  'sent-code.delayed-title': 'Wacht even met een nieuwe code',
  'sent-code.delayed': 'We kunnen nu geen code sturen. Over {seconds} seconden kan het weer.',
  'sent-code.delayed-minutes': 'We kunnen nu geen code sturen. Over {minutes} minuten kan het weer.',
  'sent-code.delayed-what': 'Hebt u al een code? Die kunt u gewoon gebruiken. Deze pagina ververst vanzelf.',
  'sent-code.back': 'Terug naar de code',
} as const;
