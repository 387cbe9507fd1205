import type { IncomingMessage } from 'node:http';

/** Reads a body of at most `limit` bytes. `whole` is false where more came: `read` holds what was taken off the stream so far. */
export async function readBody(req: IncomingMessage, limit: number): Promise<{ whole: boolean; read: Buffer }> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const settle = (whole: boolean) => {
      req.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      resolve({ whole, read: Buffer.concat(chunks) });
    };
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= limit) return;
      req.pause();
      settle(false);
    };
    const onEnd = () => settle(true);
    const onError = (error: Error) => reject(error);
    const onClose = () => reject(new Error('the client went away'));
    req.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}
