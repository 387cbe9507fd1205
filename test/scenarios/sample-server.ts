import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assetHeaders, loadAssets } from '../../src/ui/assets.ts';
import { pageHeaders } from '../../src/ui/page-headers.ts';
import { samplePages } from '../../src/ui/samples.ts';

export interface SampleServer {
  /** Every sample stands at `<origin>/<language>/<name>`, with the headers that real pages have. */
  readonly origin: string;
  readonly names: readonly string[];
  close(): void;
}

/** Serves the samples of all pages on loopback; `edit` may change the HTML of each first. */
export async function startSamples(edit: (html: string) => string = html => html): Promise<SampleServer> {
  const assets = loadAssets({ css: undefined, logo: undefined });
  const samples = { nl: samplePages('nl', assets.names), en: samplePages('en', assets.names) };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, language = '', name = ''] = url.pathname.split('/');
    const html = samples[language === 'en' ? 'en' : 'nl'].get(name);
    const asset = url.pathname === '/_sluis/help.css' ? assets.names.help : url.pathname.replace('/assets/', '');
    const file = assets.find(asset);
    if (file !== undefined)
      return void response.writeHead(200, { ...assetHeaders, 'content-type': file.type }).end(file.body);
    if (html === undefined) return void response.writeHead(404).end();
    response
      .writeHead(200, { ...pageHeaders({ https: false }), 'content-type': 'text/html; charset=utf-8' })
      .end(edit(html));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, names: [...samples.nl.keys()], close: () => void server.close() };
}
