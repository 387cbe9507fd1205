/** Mandates that take two admins, first factors from elsewhere, and the mails about them. */
export const dutchOperators = {
  'console.today.asks': 'Verzoeken over mandaten die op u wachten: {count}',
  'console.operators.asked': 'Aangevraagd',
  'console.operators.asked-by': 'Aangevraagd door {by} op {at}: {reason}',
  'console.operators.asked-for': '{name} krijgt de rol {role}, tot en met {until}.',
  'console.operators.two':
    'Een andere beheerder moet dit bevestigen. Alleen wie voor het eerst auditor wordt, komt erbij zonder tweede beheerder.',
  'console.operators.code-mailed':
    'De code gaat per e-mail naar deze persoon zelf en geldt een uur. Niemand anders ziet hem.',
  'console.operators.confirm': 'Bevestigen',
  'console.operators.confirm.will': 'In het mandaat staat dat u beiden het gaf. Alle beheerders krijgen bericht.',
  'console.operators.refuse': 'Aanvraag weigeren',
  'console.operators.refuse.will': 'Er verandert niets voor deze persoon. Alle beheerders krijgen bericht.',
  'console.done.asked': 'Dit is aangevraagd. Een andere beheerder moet het binnen vier dagen bevestigen.',
  'console.done.code-mailed': 'De code is per e-mail naar deze persoon gestuurd. Hij geldt een uur.',
  'console.done.ask-refused': 'De aanvraag is geweigerd.',
  'operator.mail.code-subject': 'Uw toegang tot het beheer van Sluis',
  'operator.mail.code':
    'U krijgt toegang tot het beheer van Sluis, van {by}. Had u al toegang, dan geldt uw oude wachtwoord niet meer.',
  'operator.mail.code-how':
    'Open deze pagina. Vul uw e-mailadres en deze code in. De code werkt één keer, tot {until}.',
  'operator.mail.code-else':
    'Hebt u hier niet om gevraagd? Gebruik de code dan niet en bel meteen een andere beheerder.',
  'operator.mail.admins-subject': 'Beheer van Sluis: toegang van {name}',
  'operator.mail.asked':
    '{by} vraagt om {name} toegang te geven, als {role}. Een andere beheerder moet dit bevestigen.',
  'operator.mail.confirmed': '{name} krijgt toegang tot het beheer, als {role}. Wie dit deed: {by}.',
  'operator.mail.refused': 'De aanvraag voor {name} is geweigerd door {by}. Er verandert niets.',
  'operator.mail.local-password':
    '{name} kan een tijd inloggen met een wachtwoord van de server zelf. Wie dit deed: {by}.',
  'operator.mail.reason': 'Reden: {reason}',
  'operator.mail.else': 'Klopt dit niet? Bel dan meteen een andere beheerder. Hier ziet u wie toegang heeft:',
  'console.sign-in.unavailable':
    'De server waar uw wachtwoord wordt gecontroleerd, geeft nu geen antwoord. Probeer het over een paar minuten opnieuw.',
  'console.sign-in.about-directory':
    'Alleen voor beheerders, helpdesk en auditors. Gebruik het wachtwoord van uw organisatie. Daarna vragen we uw tweede stap.',
  'console.sign-in.about-provider':
    'Alleen voor beheerders, helpdesk en auditors. U logt eerst in bij {provider}. Daarna vragen we hier uw tweede stap.',
  'console.sign-in.about-spare':
    'Dit is alleen voor een tijdelijk wachtwoord dat op de server zelf is gemaakt. Daarna vragen we uw tweede stap.',
  'console.sign-in.provider': 'Inloggen bij {provider}',
  'console.sign-in.spare': 'Ik heb een tijdelijk wachtwoord',
  'console.provider.about': 'Laat zien dat u {account} bent. Daarna stelt u hier uw tweede stap in.',
  'console.own-password': 'Vul uw wachtwoord in',
  'console.own-password.about':
    'Dit is het wachtwoord waarmee u bij uw organisatie inlogt. Daarna stelt u hier uw tweede stap in.',
  'console.halt.identity': 'U komt hiermee niet bij het beheer',
  'console.halt.identity.text':
    'Het inloggen is niet gelukt, of dit account is hier niet bekend. Probeer het opnieuw met uw eigen account. Lukt dat niet, vraag dan een beheerder om een uitnodiging.',
  'console.halt.unavailable': 'Inloggen kan nu even niet',
  'console.halt.unavailable.text':
    'De inlogserver van uw organisatie geeft geen antwoord. Probeer het over een paar minuten opnieuw. Is er haast, vraag dan een tijdelijk wachtwoord aan wie de server van Sluis beheert.',
} as const;
