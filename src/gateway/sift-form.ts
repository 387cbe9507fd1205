import type { IncomingMessage } from 'node:http';
import type { FormSieve } from '../visit/form-sieve.ts';

/** Bytes of text that are kept of a form that is refused, and bytes that are read for them. */
const mostKept = 256 * 1024;
const mostRead = 64 * 1024 * 1024;
/** Milliseconds: on a slow line she is told before all of a large file has come. */
const mostTime = 5_000;

/** Reads on through a form that is refused, for the texts in it. False where it did not come to its end. */
export function siftForm(req: IncomingMessage, sieve: FormSieve): Promise<boolean> {
  if (req.readableEnded) return Promise.resolve(true);
  let left = mostRead;
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone).pause();
    };
    const settle = (whole: boolean) => {
      leave();
      resolve(whole);
    };
    const onData = (chunk: Buffer) => {
      left -= chunk.length;
      sieve.push(chunk);
      if (left < 0 || sieve.size > mostKept) settle(false);
    };
    const onEnd = () => settle(true);
    const onGone = () => {
      leave();
      reject(new Error('the client went away'));
    };
    const timer = setTimeout(() => settle(false), mostTime);
    if (req.destroyed) return onGone();
    if (sieve.size > mostKept) return settle(false);
    req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone).resume();
  });
}
