(() => {
  var size = /(?:^|; )GPTEKST=(groot|gewoon)/.exec(document.cookie);
  if (size) document.documentElement.setAttribute('data-tekst', size[1]);
  var line = document.getElementById('nieuwe-post');
  if (!line) return;
  setInterval(() => {
    fetch('/api/nieuw', { headers: { accept: 'application/json' } })
      .then(answer => {
        if (answer.status === 401) line.textContent = 'U bent afgemeld.';
        return answer.ok ? answer.json() : undefined;
      })
      .then(news => {
        if (news) line.textContent = `${news.nieuw} nieuw`;
      })
      .catch(() => {
        line.textContent = 'Geen verbinding.';
      });
  }, 60000);
})();
