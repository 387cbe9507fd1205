import type { Client } from './client.ts';
import { header, RawConnection } from './raw-http.ts';

export interface Load {
  /** What was asked, and failed in any way. */
  readonly failures: string[];
  asked(): number;
  end(): Promise<void>;
}

/** Who asks for what, and what a good answer holds. */
export interface Asker {
  readonly client: Client;
  readonly target: string;
  readonly good: RegExp;
}

/** Asks again and again on one connection after the other, each for as long as it is kept. */
export function load(port: number, askers: readonly Asker[]): Load {
  const failures: string[] = [];
  let asked = 0;
  let going = true;
  const loops = askers.map(async ({ client, target, good }) => {
    while (going) {
      const connection = await RawConnection.open(port);
      try {
        for (let kept = true; going && kept; ) {
          connection.write(client.bytes('GET', target, undefined, { Connection: 'keep-alive' }));
          const answer = await connection.read();
          asked += 1;
          const body = String(answer.body);
          if (answer.status !== 200 || !good.test(body))
            failures.push(`${target}: ${answer.status} ${body.slice(0, 99)}`);
          kept = header(answer, 'connection')?.toLowerCase() !== 'close';
        }
      } catch (error) {
        failures.push(`${target}: ${String(error)}`);
      } finally {
        connection.destroy();
      }
    }
  });
  return {
    failures,
    asked: () => asked,
    end: async () => {
      going = false;
      await Promise.all(loops);
    },
  };
}
