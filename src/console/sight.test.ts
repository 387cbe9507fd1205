import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { type ConsoleBrowser, operatorOf } from '../../test/support/operator.ts';
import { startSluis, type TestSluis } from '../../test/support/sluis.ts';
import { auditLog } from '../audit/chain.ts';

const routes = `    routes:
      - { path: /open, level: 2 }
      - { path: "/beheer/*", level: 3, groups: [beheer] }`;

describe('what the console lets see', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let auditor: ConsoleBrowser;
  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis(
      [{ id: 'demo', title: 'Gemeentepost', upstream: demo.url, preset: 'demo', extra: routes }],
      {
        console: 'own',
        realm: '    groups: { beheer: [anna, bram] }',
        highestLevel: 3,
      },
    );
    for (const name of ['anna', 'bram', 'carla']) await sluis.core.people.create('gemeente', name);
    auditor = (await operatorOf(sluis, 'auditor')).browser;
  });
  afterAll(async () => {
    await sluis?.close();
    await demo?.close();
  });

  it('the running configuration without its secrets; what is no address is answered too', async () => {
    const { text } = await auditor.get('/configuration');
    expect(text).toContain('&quot;title&quot;: &quot;Gemeentepost&quot;');
    expect(text).toContain('&quot;preset&quot;: &quot;demo&quot;');
    for (const odd of ['geen adres', 'http://', '<script>', 'http://elders.test/x']) {
      const answer = await auditor.get(`/configuration/explain?url=${encodeURIComponent(odd)}&user=${odd.slice(0, 3)}`);
      expect([odd, answer.status]).toEqual([odd, 200]);
    }
  });

  it('R37: the audit is searched, and whether it is whole is said', async () => {
    const all = await auditor.get('/audit?type=operator.invited&text=AUDITOR');
    expect(all.text).toMatch(/operator\.invited/);
    expect((await auditor.get('/audit?text=niemand-die-zo-heet')).text).toContain('Er is niets gevonden.');
    expect((await auditor.get('/audit?from=2020-01-01&until=2020-01-02')).text).toContain('Er is niets gevonden.');
    expect((await auditor.get('/audit/verify')).text).toContain('Het logboek is heel');
    const [, noted = '', number] =
      /<code[^>]*>((\d+):[\w-]{43})<\/code>/.exec((await auditor.get('/audit')).text) ?? [];
    const compared = await auditor.get(`/audit/verify?head=${noted}`);
    expect(compared.text).toContain(`De regel die u bewaarde staat er nog: ${number}.`);
    const other = await auditor.get(`/audit/verify?head=${number}:${'A'.repeat(43)}`);
    expect(other.text).toContain(`niet vanaf regel ${number}`);
    expect(other.text).toContain('Hier staat een andere regel dan is genoteerd.');
    const beyond = await auditor.get(`/audit/verify?head=99999:${noted.split(':')[1]}`);
    expect(beyond.text).toContain('De regel was er, maar is weg');
    for (const odd of ['12', 'x:y', '<script>', `0:${'A'.repeat(43)}`, 'A'.repeat(5_000)]) {
      const answer = await auditor.get(`/audit/verify?head=${encodeURIComponent(odd)}`);
      expect([
        answer.status,
        answer.text.includes('een dubbele punt en een hash'),
        answer.text.includes('staat er nog'),
      ]).toEqual([200, true, false]);
    }
    // Somebody who can write to the store, and has no key.
    const head = await sluis.core.store.head(auditLog);
    await sluis.core.store.append(auditLog, head?.number ?? 0, '{"forged":true}');
    expect((await auditor.get('/audit/verify')).text).toContain(`niet vanaf regel ${(head?.number ?? 0) + 1}`);
  });
});
