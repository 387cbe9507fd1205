import { type Html, html } from './html.ts';
import { address, type Mail } from './mailbox.ts';

const date = new Intl.DateTimeFormat('nl-NL', { dateStyle: 'short', timeStyle: 'short', timeZone: 'Europe/Amsterdam' });

export function loginPage(form: {
  formToken: string;
  back: string;
  user?: string;
  message?: string | undefined;
}): Html {
  return layout(
    'Aanmelden',
    undefined,
    html`<h1>Aanmelden</h1>
${form.message && html`<p class="melding" role="alert">${form.message}</p>`}
<form method="post" action="/login">
<input type="hidden" name="formtoken" value="${form.formToken}">
<input type="hidden" name="terug" value="${form.back}">
<div class="veld"><label for="gebruiker">Gebruikersnaam</label><input id="gebruiker" name="gebruiker" value="${form.user}" autocomplete="username" autocapitalize="none" required></div>
<div class="veld"><label for="wachtwoord">Wachtwoord</label><input id="wachtwoord" name="wachtwoord" type="password" autocomplete="current-password" required></div>
<button type="submit">Aanmelden</button>
</form>`,
  );
}

export function folderPage(user: string, folder: Mail['folder'], mails: readonly Mail[], unread: number): Html {
  const title = folder === 'in' ? 'Postvak in' : 'Verzonden';
  const rows = mails.map(
    mail => html`<tr${mail.read ? undefined : html` class="nieuw"`}>
<td>${folder === 'in' ? mail.from : mail.to}</td><td><a href="/bericht/${mail.id}">${mail.subject || '(geen onderwerp)'}</a></td><td>${date.format(mail.at)}</td></tr>
`,
  );
  return layout(
    title,
    user,
    html`<h1>${title}</h1>
<p><span id="nieuwe-post" role="status">${unread} nieuw</span></p>
<table><thead><tr><th scope="col">${folder === 'in' ? 'Van' : 'Aan'}</th><th scope="col">Onderwerp</th><th scope="col">Datum</th></tr></thead>
<tbody>${rows}</tbody></table>
${mails.length === 0 ? html`<p>Deze map is leeg.</p>` : undefined}`,
  );
}

export function mailPage(user: string, mail: Mail): Html {
  const attachments = mail.attachments.map(
    (attachment, index) =>
      html`<li><a href="/bericht/${mail.id}/bijlage/${index}" download>${attachment.name}</a> (${attachment.bytes.length} bytes)</li>`,
  );
  return layout(
    mail.subject,
    user,
    html`<h1>${mail.subject || '(geen onderwerp)'}</h1>
<p>Van: ${mail.from}<br>Aan: ${mail.to}<br>Datum: ${date.format(mail.at)}</p>
<div class="brief">${mail.text}</div>
${attachments.length > 0 ? html`<h2>Bijlagen</h2><ul>${attachments}</ul>` : undefined}
<p><a href="/opstellen?aan=${encodeURIComponent(mail.from)}">Beantwoorden</a></p>`,
  );
}

export function composePage(user: string, form: { formToken: string; to: string }): Html {
  return layout(
    'Nieuw bericht',
    user,
    html`<h1>Nieuw bericht</h1>
<form method="post" action="/opstellen" enctype="multipart/form-data">
<input type="hidden" name="formtoken" value="${form.formToken}">
<div class="veld"><label for="aan">Aan</label><input id="aan" name="aan" value="${form.to}" required></div>
<div class="veld"><label for="onderwerp">Onderwerp</label><input id="onderwerp" name="onderwerp"></div>
<div class="veld"><label for="tekst">Bericht</label><textarea id="tekst" name="tekst" required></textarea></div>
<div class="veld"><label for="bijlage">Bijlage</label><input id="bijlage" name="bijlage" type="file"></div>
<button type="submit">Versturen</button>
</form>`,
  );
}

export function fetchPage(user: string, formToken: string, message?: string): Html {
  return layout(
    'Post ophalen',
    user,
    html`<h1>Post ophalen uit een ander postvak</h1>
${message && html`<p class="melding" role="status">${message}</p>`}
<form method="post" action="/ophalen">
<input type="hidden" name="formtoken" value="${formToken}">
<div class="veld"><label for="gebruiker">Gebruikersnaam daar</label><input id="gebruiker" name="gebruiker" autocomplete="off" required></div>
<div class="veld"><label for="wachtwoord">Wachtwoord daar</label><input id="wachtwoord" name="wachtwoord" type="password" autocomplete="off" required></div>
<button type="submit">Ophalen</button>
</form>`,
  );
}

export function passwordPage(user: string, formToken: string, message?: string): Html {
  return layout(
    'Wachtwoord wijzigen',
    user,
    html`<h1>Wachtwoord wijzigen</h1>
${message && html`<p class="melding" role="status">${message}</p>`}
<form method="post" action="/wachtwoord">
<input type="hidden" name="formtoken" value="${formToken}">
<div class="veld"><label for="oud">Oud wachtwoord</label><input id="oud" name="oud" type="password" autocomplete="current-password" required></div>
<div class="veld"><label for="nieuw">Nieuw wachtwoord</label><input id="nieuw" name="nieuw" type="password" autocomplete="new-password" minlength="8" required></div>
<button type="submit">Wijzigen</button>
</form>`,
  );
}

export function whoPage(user: string): Html {
  return layout(
    'Mijn gegevens',
    user,
    html`<h1>Mijn gegevens</h1>
<p>U bent aangemeld als <strong id="wie">${user}</strong>.</p>
<p>Uw adres is ${address(user)}.</p>
<p><a href="/wachtwoord">Wachtwoord wijzigen</a></p>
<p>Letters: <a href="/instelling?tekst=gewoon">gewoon</a> of <a href="/instelling?tekst=groot">groot</a>.</p>`,
  );
}

export function adminPage(user: string, people: readonly string[]): Html {
  const rows = people.map(person => html`<li>${address(person)}</li>`);
  return layout('Beheer', user, html`<h1>Beheer</h1><p>Postvakken op deze server:</p><ul>${rows}</ul>`);
}

export function textPage(title: string, text: string, user?: string): Html {
  return layout(title, user, html`<h1>${title}</h1><p>${text}</p>`);
}

function layout(title: string, user: string | undefined, content: Html): Html {
  return html`<!DOCTYPE html>
<html lang="nl">
<head>
<meta charset="utf-8">
<title>${title} - Gemeentepost</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/opmaak/gemeentepost.svg">
<link rel="stylesheet" href="/opmaak/gemeentepost.css">
<script src="/opmaak/gemeentepost.js" defer></script>
</head>
<body>
<header><p class="naam">Gemeentepost</p>${user === undefined ? undefined : html`<p>Aangemeld: ${user} | <a href="/uit">Afmelden</a></p>`}</header>
${user === undefined ? undefined : menu(title)}
<main>
${content}
</main>
<footer>Gemeentepost 2.4 | Het best te bekijken met 1024 x 768 beeldpunten</footer>
</body>
</html>
`;
}

const entries = [
  ['/postvak', 'Postvak in'],
  ['/postvak?map=uit', 'Verzonden'],
  ['/opstellen', 'Nieuw bericht'],
  ['/ophalen', 'Post ophalen'],
  ['/wie', 'Mijn gegevens'],
  ['/beheer', 'Beheer'],
] as const;

function menu(current: string): Html {
  const items = entries.map(
    ([href, text]) =>
      html`<li><a href="${href}"${text === current ? html` aria-current="page"` : undefined}>${text}</a></li>`,
  );
  return html`<nav aria-label="Menu"><ul>${items}</ul></nav>`;
}
