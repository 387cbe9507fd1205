import type { Factor } from '../../src/factor/person.ts';
import { newSecret } from '../../src/factor/totp/credential.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import type { TestSluis } from './sluis.ts';

/** Puts a second step into a person's record: for tests of what becomes of it, not of how it got there. */
export async function withTotp({ core }: TestSluis, name: string, level: 2 | 4 = 2): Promise<string> {
  const { id } = await core.people.create('gemeente', name);
  const base = {
    id: `factor-${level}`,
    label: 'Telefoon',
    boundAt: core.clock.now(),
    boundBy: 'desk',
    lastUsedAt: undefined,
  } as const;
  const factor =
    level === 2
      ? ({ ...base, kind: 'totp', level: 2, credential: { secret: newSecret(systemRandom) } } as Factor)
      : ({ ...base, kind: 'webauthn', level: 4, credential: {} } as unknown as Factor);
  await core.people.update(id, person => ({ ...person, factors: [...person.factors, factor] }));
  return id;
}
