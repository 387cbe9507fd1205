import type { Audit } from '../audit/event.ts';
import type { People } from '../factor/people.ts';
import type { Person } from '../factor/person.ts';
import { mailDomain } from '../kernel/mail-address.ts';

/** The mail addresses of people, as staff give them. */
export class Addresses {
  readonly #people: Pick<People, 'setEmail'>;
  readonly #audit: Audit;

  constructor({ people, audit }: { readonly people: Pick<People, 'setEmail'>; readonly audit: Audit }) {
    this.#people = people;
    this.#audit = audit;
  }

  /**
   * Gives a person an address as `parseMailAddress` gives it, or takes hers away; both the old and the new one are told
   * (R37). Resolves to whether that changed anything.
   */
  async set(person: Person, email: string | undefined, by: string): Promise<boolean> {
    const before = await this.#people.setEmail(person.id, email);
    if (before === undefined || before.email === email) return false;
    const change = email === undefined ? 'removed' : before.email === undefined ? 'added' : 'changed';
    const domain = email === undefined ? {} : { domain: mailDomain(email) };
    const { id, realm, name } = person;
    await this.#audit.record({ type: 'person.mail-set', realm, person: id, name, by, change, ...domain });
    return true;
  }
}
