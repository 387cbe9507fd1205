import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An app that lets its forms go nowhere but to itself: passes everything on and adds that policy to each answer. */
export function withStrictPolicy(upstream: string): Promise<string> {
  const server = createServer((asked, answer) => {
    const { method, headers, url } = asked;
    const onward = request(new URL(url ?? '/', upstream), { method, headers }, reply => {
      const policy = { 'content-security-policy': "default-src 'self'; form-action 'self'" };
      answer.writeHead(reply.statusCode ?? 502, { ...reply.headers, ...policy });
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  // It ends with the test's own process.
  server.unref();
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
