// Comfort only: every page works without this file.
for (const field of document.querySelectorAll('[data-self-submit]')) {
  let sent = false;
  field.addEventListener('input', () => {
    if (sent || field.value.replace(/\s/g, '').length !== 6 || !/^[0-9\s]+$/.test(field.value)) return;
    // Something else is to be said first: a box to tick.
    if (field.form.querySelector('input[type=checkbox]:required:not(:checked)') !== null) return;
    sent = true;
    field.form.requestSubmit();
  });
}
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    const lines = Array.from(source.querySelectorAll('code'), line => line.textContent);
    await navigator.clipboard.writeText(lines.join('\n'));
    button.textContent = button.dataset.done;
  });
}
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
// Inside a frame that nobody may see: what was sent is kept, so the app's question about leaving the page has no point.
const onward = window.top === window ? null : document.querySelector('a[data-leads]');
if (onward !== null) {
  window.top.addEventListener('beforeunload', event => event.stopImmediatePropagation(), true);
  onward.click();
}
