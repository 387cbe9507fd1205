import { Agent, createServer, type ServerResponse } from 'node:http';
import { createProxyServer } from 'http-proxy';
import { listenForBench, upstreamArgument } from './ready.ts';

/** http-proxy as its manual says, with connections to the app kept. */
const proxy = createProxyServer({
  target: upstreamArgument(),
  agent: new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 64 }),
});
proxy.on('error', (_error, _request, response) => {
  if ('writeHead' in response) (response as ServerResponse).writeHead(502).end();
});
const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => void proxy.web(request, response));
listenForBench(server);
