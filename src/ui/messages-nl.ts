import { dutchApproval } from './messages-approval-nl.ts';
import { dutchOwn } from './messages-own-nl.ts';
import { dutchTrust } from './messages-trust-nl.ts';

/**
 * Dutch, level B1: short sentences, active, "u". An id is permanent: a text may be reworded, an id is never renamed or
 * given another meaning. `{name}` is filled in.
 */
export const dutch = {
  ...dutchApproval,
  'page.title': '{title} - {organisation}',
  'page.error-title': 'Fout: {title}',
  'page.skip': 'Naar de inhoud',
  'page.other-language': 'English',
  'page.help': 'Hulp nodig?',
  'page.mark': 'Sluis',
  'page.error': 'Er ging iets mis',
  'page.account': 'Uw account',
  'page.reference': 'Referentienummer voor de balie:',
  'page.cancel': 'Terug',
  'page.go-on': 'Ga verder',
  'page.apps': 'Uw toepassingen',
  'page.to-app': 'Naar {app}',

  'desk.title': 'De balie',
  'desk.place': 'Waar',
  'desk.hours': 'Open',
  'desk.phone': 'Telefoon',
  'desk.unknown': 'Vraag het aan de helpdesk van uw organisatie.',

  'challenge.title': 'Vul de code in',
  'challenge.where': 'Open uw authenticator-app. U ziet een code van 6 cijfers.',
  'challenge.code': 'Code van 6 cijfers',
  'challenge.submit': 'Controleer de code',
  'challenge.no-code': 'Ik heb geen code',
  'challenge.wrong': 'Deze code klopt niet of is al gebruikt. Wacht op de volgende code en probeer het opnieuw.',
  'challenge.malformed': 'Vul de 6 cijfers van de code in.',
  'challenge.used': 'Deze code is al gebruikt. Wacht op de volgende code en vul die in.',
  'challenge.delayed': 'Dit ging te vaak mis. U kunt het over {seconds} seconden opnieuw proberen.',
  'challenge.delayed-minutes': 'Dit ging te vaak mis. U kunt het over {minutes} minuten opnieuw proberen.',
  'challenge.wait': 'U hoeft niets te doen. Deze pagina ververst vanzelf.',
  'challenge.retry': 'Probeer het opnieuw',

  'other-ways.title': 'Ik heb geen code',
  'other-ways.lead': 'Kies wat bij u past.',
  'other-ways.recovery': 'Ik heb een herstelcode',
  'other-ways.recovery-about': 'Een van de tien codes die u bij het instellen hebt bewaard.',
  'other-ways.activation': 'Ik heb een activeringscode gekregen',
  'other-ways.activation-about': 'De code uit de brief of van de balie. Daarmee stelt u uw tweede stap in.',
  'other-ways.first-aid': 'Ik heb hulp nodig',
  'other-ways.first-aid-about': 'Bijvoorbeeld: telefoon kwijt of vergeten, nieuwe telefoon of gedeelde tablet.',
  'other-ways.restart': 'Dit is niet mijn account',
  'other-ways.restart-about': 'U gaat terug naar het inlogscherm van {app}.',
  'other-ways.back': 'Ik heb toch een code',

  'other-ways.use': 'Gebruik een andere manier: {kind}',

  'kind.totp': 'Authenticator-app',
  'kind.totp-about': 'Een app op uw telefoon of computer. De app laat elke 30 seconden een nieuwe code zien.',

  'kind.hardware-token': 'Codekastje',
  'kind.hardware-token-about': 'Het kleine kastje met een schermpje dat u van de balie hebt gekregen.',
  'hardware-token.where': 'Druk op uw codekastje. Op het schermpje ziet u een code van 6 of 8 cijfers.',
  'hardware-token.code': 'Code op uw codekastje',
  'hardware-token.again': 'De code is steeds fout',
  'hardware-token.again-title': 'Zet uw codekastje weer gelijk',
  'hardware-token.again-what':
    'Vul twee codes in die na elkaar op uw codekastje staan. Wacht dus tot de code verandert, of druk nog een keer.',
  'hardware-token.first': 'Eerste code',
  'hardware-token.second': 'Code die daarna komt',
  'hardware-token.again-wrong':
    'Deze twee codes kloppen niet, of ze volgen niet op elkaar. Begin opnieuw met een nieuwe code. Lukt het niet? Ga dan naar de balie.',

  'kind.webauthn': 'Passkey of beveiligingssleutel',
  'kind.webauthn-about': 'Met uw vinger, gezicht of pincode op dit apparaat, of met een losse sleutel.',
  'webauthn.title': 'Gebruik uw passkey of sleutel',
  'webauthn.what': 'Druk op de knop hieronder. Doe daarna wat uw browser vraagt.',
  'webauthn.submit': 'Gebruik mijn sleutel',
  'webauthn.no-key': 'Ik heb mijn sleutel niet',
  'webauthn.wrong': 'Dit lukte niet. Kijk of u uw eigen sleutel gebruikt en probeer het opnieuw.',
  'webauthn.cancelled': 'U bent gestopt, of het duurde te lang. Probeer het opnieuw.',
  'webauthn.unsupported':
    'Uw browser kan deze sleutel niet gebruiken. Neem een andere browser of kies een andere manier.',
  'webauthn.known': 'Deze sleutel hebt u al ingesteld. Neem een andere sleutel.',
  'webauthn.script': 'Dit werkt alleen met JavaScript. Zet JavaScript aan in uw browser, of kies een andere manier.',
  'webauthn.set-up-title': 'Stel uw passkey of sleutel in',
  'webauthn.set-up-what': 'Geef uw sleutel een naam. Druk daarna op de knop en doe wat uw browser vraagt.',
  'webauthn.strongest':
    'Gebruik de beveiligingssleutel die u van de balie kreeg. Een passkey op uw telefoon of computer is hier niet sterk genoeg.',
  'webauthn.label': 'Naam van uw sleutel',
  'webauthn.label-first': 'Mijn sleutel',
  'webauthn.set-up-submit': 'Stel mijn sleutel in',
  'webauthn.other-kind': 'Kies iets anders',
  'webauthn.not-made': 'Deze sleutel is niet ingesteld. Probeer het opnieuw of neem een andere sleutel.',
  'webauthn.too-weak': 'Deze sleutel is niet sterk genoeg. Neem de sleutel die u van de balie kreeg, of vraag ernaar.',
  'webauthn.lesser':
    'Uw sleutel werkt. Voor pagina’s met extra bescherming is hij niet sterk genoeg. Vraag de balie om een andere.',
  'webauthn.personal-word': 'Deze sleutel is alleen van mij. Niemand anders gebruikt hem.',
  'webauthn.personal':
    'Zet een vinkje bij "Deze sleutel is alleen van mij". Een gedeelde sleutel mag u hier niet gebruiken.',

  'kinds.title': 'Kies uw tweede stap',
  'kinds.lead': 'Wat wilt u gebruiken?',
  'kinds.missing': 'Kies wat u wilt gebruiken.',
  'kinds.submit': 'Ga verder',

  'not-enough.title': 'Voor deze pagina is een sterkere tweede stap nodig',
  'not-enough.why': 'Op deze pagina staan gegevens die extra bescherming nodig hebben.',
  'not-enough.what':
    'Ga naar de balie. Daar helpen ze u aan een sterkere tweede stap, bijvoorbeeld een beveiligingssleutel.',
  'not-enough.back': 'Terug naar {app}',

  'activation.title': 'Stel uw tweede stap in',
  'activation.why':
    'Wachtwoorden worden soms gestolen. Met een tweede stap komt een dief er met alleen uw wachtwoord niet in. Instellen duurt ongeveer 5 minuten.',
  'activation.where': 'U hebt een activeringscode gekregen, in een brief of van de balie. Vul die hier in.',
  'activation.where-desk':
    'U hebt uw activeringscode bij de balie gekregen. Vul die hier in. U krijgt deze code nooit per brief, mail of telefoon.',
  'activation.code': 'Activeringscode',
  'activation.submit': 'Ga verder',
  'activation.no-code': 'Ik heb geen activeringscode',
  'activation.wrong': 'Deze activeringscode klopt niet. Kijk of u alle letters en cijfers goed hebt overgenomen.',
  'activation.expired': 'Deze activeringscode is verlopen of al gebruikt. Vraag bij de balie een nieuwe.',
  'activation.malformed': 'Vul de activeringscode in.',

  'not-invited.title': 'U hebt een activeringscode nodig',
  'not-invited.why':
    'Uw wachtwoord klopt. Voor de eerste keer hebt u ook een activeringscode nodig. Zo weten we zeker dat u het bent.',
  'not-invited.what': 'Ga naar de balie en vraag om een activeringscode. Neem een geldig identiteitsbewijs mee.',
  'not-invited.what-desk':
    'Kom zelf naar de balie. Neem een geldig identiteitsbewijs mee. U krijgt daar uw activeringscode. We sturen deze code nooit op.',
  'not-invited.have-code': 'Ik heb een activeringscode',

  'totp.title': 'Koppel uw authenticator-app',
  'totp.step-app':
    'Open een authenticator-app op uw telefoon, of een wachtwoordmanager op uw computer. Hebt u nog geen app? Zoek in de app-winkel van uw telefoon op "authenticator".',
  'totp.step-scan': 'Kies in de app "toevoegen" en scan dit plaatje.',
  'totp.qr': 'QR-code met uw geheime sleutel. Kunt u niet scannen, gebruik dan de sleutel hieronder.',
  'totp.open': 'Leest u dit op uw telefoon? Tik dan hier om de app te openen',
  'totp.secret': 'Of typ deze sleutel over in de app:',
  'totp.step-code': 'De app laat nu een code van 6 cijfers zien. Vul die hier in.',
  'totp.submit': 'Koppel de app',
  'totp.wrong':
    'Deze code klopt niet. Wacht op de volgende code. Gaat het weer mis? Kijk of de tijd op uw telefoon goed staat.',
  'totp.personal': 'Gebruik een app of apparaat dat alleen van u is.',

  'codes.title': 'Bewaar uw herstelcodes',
  'codes.why':
    'Bent u later uw telefoon kwijt? Dan stelt u met een herstelcode een nieuwe tweede stap in. Elke code werkt één keer. U ziet de codes alleen nu.',
  'codes.how': 'Print de codes, schrijf ze over of zet ze in uw wachtwoordmanager. Bewaar ze niet op uw telefoon.',
  'codes.list': 'Uw tien herstelcodes',
  'codes.copy': 'Kopieer de codes',
  'codes.copied': 'Gekopieerd',
  'codes.print': 'Print de codes',
  'codes.saved': 'Ik heb ze bewaard',
  'codes.shown-title': 'Uw herstelcodes zijn al getoond',
  'codes.shown':
    'U kunt de codes maar één keer zien. Hebt u ze niet bewaard? Maak dan nieuwe. De oude codes werken dan niet meer.',
  'codes.again': 'Maak nieuwe codes',

  'recovery.title': 'Vul een herstelcode in',
  'recovery.what':
    'Met een herstelcode stelt u een nieuwe tweede stap in. Uw oude telefoon of app werkt dan niet meer. Elke herstelcode werkt één keer.',
  'recovery.code': 'Herstelcode',
  'recovery.submit': 'Gebruik deze code',
  'recovery.wrong': 'Deze herstelcode klopt niet of is al gebruikt. Probeer een andere code van uw lijst.',
  'recovery.malformed': 'Vul een herstelcode in.',
  'recovery.none': 'Ik heb geen herstelcode',

  'first-aid.title': 'Hulp bij inloggen',
  'first-aid.lead': 'Wat is er aan de hand?',
  'first-aid.index': 'Alle onderwerpen',
  'first-aid.desk': 'Komt u er niet uit? Ga naar de balie of bel.',
  'first-aid.lost-phone': 'Ik ben mijn telefoon kwijt',
  'first-aid.lost-phone.1':
    'Hebt u uw herstelcodes? Log in, kies "Ik heb geen code" en vul een herstelcode in. U stelt dan een nieuwe telefoon of app in.',
  'first-aid.lost-phone.2': 'Hebt u geen herstelcodes? Ga naar de balie. Daar krijgt u een nieuwe activeringscode.',
  'first-aid.lost-phone.3': 'Is uw telefoon gestolen? Bel de balie meteen. Verander ook uw wachtwoord.',
  'first-aid.new-phone': 'Ik heb een nieuwe telefoon',
  'first-aid.new-phone.1':
    'Hebt u de oude telefoon nog? Log in met de oude telefoon. Voeg daarna bij Mijn beveiliging de nieuwe toe.',
  'first-aid.new-phone.2': 'Is de oude telefoon weg? Log in, kies "Ik heb geen code" en gebruik een herstelcode.',
  'first-aid.new-phone.3': 'Gooi de app op de oude telefoon pas weg als de nieuwe werkt.',
  'first-aid.code-refused': 'Mijn code wordt niet goedgekeurd',
  'first-aid.code-refused.1':
    'Wacht tot de app een nieuwe code laat zien. Vul die meteen in. Elke code werkt maar één keer.',
  'first-aid.code-refused.2': 'Kijk of de tijd op uw telefoon goed staat. Zet de tijd op "automatisch".',
  'first-aid.code-refused.3': 'Kijk of u in de app de code van dit account gebruikt. Er kunnen er meer staan.',
  'first-aid.no-phone': 'Ik heb geen telefoon op mijn werk',
  'first-aid.no-phone.1': 'U hebt geen telefoon nodig. Een wachtwoordmanager op uw computer kan de codes ook maken.',
  'first-aid.no-phone.2':
    'Bent u uw telefoon een dag vergeten? Vraag de balie om een code voor één dag. Uw telefoon blijft daarna gewoon werken.',
  'first-aid.no-phone.3': 'Lukt dat niet? Vraag bij de balie wat er voor u mogelijk is, bijvoorbeeld een codekastje.',
  'first-aid.shared-tablet': 'Ik werk op een gedeelde tablet',
  'first-aid.shared-tablet.1': 'Log in met uw eigen account en uw eigen code. Leen nooit een code van een collega.',
  'first-aid.shared-tablet.2':
    'Zet uw authenticator-app op een apparaat dat alleen van u is. Zet de app niet op de tablet.',
  'first-aid.shared-tablet.3': 'Klaar? Log altijd uit. Dan kan de volgende niet in uw account.',

  'start.title': 'Veilig inloggen',
  'start.lead': 'Kies waar u naartoe wilt. U logt daar in met uw eigen wachtwoord en daarna met een code.',
  'start.sign-out': 'Log overal uit',
  'start.sign-out-about': 'U wordt in deze browser bij alle toepassingen uitgelogd.',

  'hop.title': 'Een moment',
  'hop.text': 'U gaat nu door naar {app}. Gebeurt er niets? Kies "Ga verder".',
  'hop.to-portal': 'U gaat nu door naar de tweede stap. Gebeurt er niets? Kies "Ga verder".',

  'signed-out.title': 'U bent uitgelogd',
  'signed-out.text': 'U kunt dit venster sluiten. Wilt u verder werken? Log dan opnieuw in.',
  'signed-out.again': 'Log opnieuw in bij {app}',

  'gone.title': 'Deze pagina is klaar of verlopen',
  'gone.text':
    'Misschien bent u al ingelogd in een ander venster. Of het duurde te lang. Kies uw toepassing om verder te gaan.',
  'gone.set-up': 'Uw tweede stap is ingesteld. Log opnieuw in.',

  'refusal.bad-request.title': 'Dit verzoek klopt niet',
  'refusal.bad-request.text': 'We begrijpen niet wat uw browser heeft gestuurd. Begin opnieuw bij uw toepassing.',
  'refusal.not-found.title': 'Deze pagina bestaat niet',
  'refusal.not-found.text': 'Kijk of het adres goed is geschreven.',
  'refusal.unknown-host.title': 'Dit adres kennen we niet',
  'refusal.unknown-host.text':
    'Kijk of het adres goed is geschreven. Klopt het? Meld het dan bij de helpdesk van uw organisatie.',
  'refusal.unreachable.title': '{app} is nu niet te bereiken',
  'refusal.unreachable.text': 'Dit ligt niet aan u. Wacht een paar minuten en probeer het opnieuw.',
  'refusal.timeout.title': '{app} reageert te langzaam',
  'refusal.timeout.text': 'Dit ligt niet aan u. Wacht een paar minuten en probeer het opnieuw.',
  'refusal.busy.title': '{app} is nu te druk',
  'refusal.busy.text':
    'Dit ligt niet aan u. Wat u verstuurde, is niet aangekomen. Probeer het over een minuut opnieuw.',
  'refusal.store.title': 'Dit kan nu even niet',
  'refusal.store.text':
    'Er is een storing. Dit ligt niet aan u. Er is niets verloren gegaan. Probeer het over een minuut opnieuw.',
  'refusal.internal.title': 'Er ging bij ons iets mis',
  'refusal.internal.text':
    'Dit ligt niet aan u. Probeer het opnieuw. Blijft het fout gaan? Geef de balie dan het referentienummer.',
  'refusal.not-allowed.title': 'Deze pagina is niet voor u open',
  'refusal.not-allowed.text':
    'Uw account mag deze pagina niet zien. Denkt u dat dit niet klopt? Vraag het aan de balie.',
  'refusal.not-in-group.title': 'Deze pagina is niet voor u open',
  'refusal.not-in-group.text':
    'Deze pagina is alleen voor bepaalde medewerkers. Uw account hoort daar niet bij. Hebt u de pagina nodig voor uw werk? Vraag het aan de balie.',
  'refusal.frame.title': 'Log opnieuw in',
  'refusal.frame.text': 'U bent niet meer ingelogd. Open de hele pagina om opnieuw in te loggen.',
  'refusal.frame.next': 'Open de pagina',
  'refusal.visit-expired.title': 'Het inlogscherm stond te lang open',
  'refusal.visit-expired.text': 'Uw wachtwoord is niet verstuurd. Log opnieuw in.',
  'refusal.visit-spent.title': 'Dit inlogscherm is al gebruikt',
  'refusal.visit-spent.text': 'Een inlogscherm werkt één keer. Log opnieuw in.',
  'refusal.name-refused.title': 'Deze gebruikersnaam kan niet',
  'refusal.name-refused.text': 'Vul uw gebruikersnaam in zonder spaties of vreemde tekens. Log dan opnieuw in.',
  'refusal.limited.title': 'Te veel pogingen',
  'refusal.limited.text': 'Er is te vaak geprobeerd in te loggen. Wacht {seconds} seconden en probeer het opnieuw.',
  'refusal.pendings.title': 'U bent te vaak begonnen met inloggen',
  'refusal.pendings.text': 'Er staan nog andere inlogpogingen open. Maak er een af, of wacht 10 minuten.',
  'refusal.unjudged.title': 'Inloggen is niet gelukt',
  'refusal.unjudged.text':
    '{app} gaf een antwoord dat we niet begrijpen. Log opnieuw in. Gaat het weer mis? Meld het bij de balie.',
  'refusal.foreign-origin.title': 'Inloggen vanaf een andere site kan niet',
  'refusal.foreign-origin.text':
    'Het formulier kwam niet van onze eigen pagina. Log in op de pagina van uw toepassing.',
  'refusal.form.title': 'Dit formulier is niet meer geldig',
  'refusal.form.text': 'Er is niets veranderd. Ga terug en probeer het opnieuw. Staan cookies aan in uw browser?',
  'refusal.navigate.title': 'Open deze pagina in uw browser',
  'refusal.navigate.text': 'Deze pagina werkt alleen als u hem zelf opent, in een venster van uw browser.',
  'refusal.too-large.title': 'Dit is te groot',
  'refusal.too-large.text':
    'U verstuurt meer dan hier mag: hooguit {limit} per keer. Maak het kleiner en probeer het opnieuw.',
  'refusal.upgrade.title': 'Deze verbinding kan hier niet',
  'refusal.upgrade.text': 'Dit onderdeel van de toepassing werkt nog niet via deze beveiliging.',
  'refusal.account-unknown.title': 'U kunt hier niet inloggen',
  'refusal.account-unknown.text': 'Uw naam staat niet op de lijst van deze toepassing. Ga naar de balie.',
  'refusal.again': 'Probeer het opnieuw',
  'refusal.sign-in': 'Naar het inlogscherm',
  'refusal.start': 'Naar de beginpagina',

  'send.title': 'Wilt u dit nog versturen?',
  'send.lead': 'U wilde dit versturen in {app}. We vroegen u eerst om een code. Er is nog niets verstuurd.',
  'send.lead-expired': 'U wilde dit versturen in {app}. U was toen niet meer ingelogd. Er is nog niets verstuurd.',
  'send.when': 'Wanneer',
  'send.now': 'Zojuist',
  'send.from': 'Van pagina',
  'send.size': 'Grootte',
  'send.what': 'Dit staat erin',
  'send.more': 'En nog {count} andere velden.',
  'send.files': 'Met deze bestanden:',
  'send.replaced': 'U had nog iets anders klaarstaan. Dat is niet verstuurd. Alleen het laatste is bewaard.',
  'send.submit': 'Versturen',
  'send.drop': 'Weggooien',
  'text-back.title': 'Uw tekst is bewaard',
  'text-back.lead':
    'U was niet meer ingelogd in {app}. Daarom is dit niet verstuurd. Kopieer uw tekst en verstuur hem daar opnieuw.',
  'text-back.files': 'Deze bestanden zijn niet verstuurd. Voeg ze daar opnieuw toe:',
  'text-back.none': 'Er stond geen tekst in.',
  'text-back.cut': 'Dit is het begin. De rest is niet bewaard.',
  'text-back.rest': 'Andere velden',
  'text-back.drop': 'Gooi deze tekst weg',
  'sent.title': 'Dit is al verstuurd',
  'sent.text': '{app} heeft dit al gekregen. U hoeft het niet nog eens te versturen. Kijk daar of alles klopt.',
  'no-send.title': 'Er staat niets klaar',
  'no-send.text': 'Er is niets om te versturen. Misschien hebt u het weggegooid, of duurde het te lang.',
  'handed-on.title': 'Verstuurd',
  'handed-on.text': '{app} heeft het gekregen. Kijk daar of alles klopt.',
  'kept.title': 'Wat u verstuurt, is bewaard',
  'kept.text': 'Ga verder. Daarna kunt u het alsnog versturen.',
  'too-big.title': 'Dit is te groot',
  'too-big.text': 'U kunt hier {limit} tegelijk versturen. Dit is meer. Er is niets verstuurd.',
  'too-big.copy': 'Dit schreef u. Kopieer het, dan hoeft u het niet nog eens te typen.',
  'too-big.lost': 'Wat u er verder bij schreef, is niet bewaard.',
  'refusal.kept.title': 'Log opnieuw in',
  'refusal.kept.text': 'U was niet meer ingelogd. Wat u wilde versturen, is bewaard. U ziet het na het inloggen.',
  'refusal.step-up.title': 'Vul eerst een code in',
  'refusal.step-up.text': 'Voor deze pagina vragen we u opnieuw om een code. Open daarvoor de hele pagina.',

  'help-line.text': 'Na uw wachtwoord vragen we een code. Hulp nodig bij inloggen?',
  'help-line.link': 'Bekijk de hulppagina',

  ...dutchTrust,
  ...dutchOwn,
} as const;
