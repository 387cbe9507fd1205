// Runs while the page of the phone is closed. It shows that something waits, and opens the page; it knows nothing of what waits.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));

self.addEventListener('push', event => {
  const { title, body } = event.data.json();
  event.waitUntil(
    Promise.all([
      self.registration.showNotification(title, { body, tag: 'sluis', renotify: true, requireInteraction: true }),
      self.clients.matchAll({ type: 'window' }).then(pages => {
        for (const page of pages) page.postMessage('look');
      }),
    ]),
  );
});

self.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil(
    self.clients
      .matchAll({ type: 'window' })
      .then(pages => (pages.length > 0 ? pages[0].focus() : self.clients.openWindow(self.registration.scope))),
  );
});
