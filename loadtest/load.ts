/** What is asked of every proxy, and what must come back. */
export const sizes = [1024, 50 * 1024] as const;
export const connections = 64;

export const user = 'anna';
export const password = 'Anna-Bench-2026';

export function loadPath(size: number): string {
  return `/postvak/${size}`;
}

/** Printable text that differs from place to place: a body cut off or doubled is not the same body. */
export function bodyOf(size: number): Buffer {
  let text = '';
  for (let line = 0; text.length < size; line += 1) text += `${line} Gemeentepost `;
  return Buffer.from(text.slice(0, size), 'latin1');
}

/** What a browser sends with a page of an app, after its cookies. */
export const browserHeaders = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language': 'nl-NL,nl;q=0.9,en;q=0.8',
  'Accept-Encoding': 'gzip, deflate, br',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-User': '?1',
  'Sec-Fetch-Dest': 'document',
  'Upgrade-Insecure-Requests': '1',
} as const;

/** One request as it stands on the wire. */
export function requestBytes(path: string, host: string, cookie: string): string {
  const lines = Object.entries(browserHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n`;
  return `${head}${lines.join('')}${cookie === '' ? '' : `Cookie: ${cookie}\r\n`}\r\n`;
}
