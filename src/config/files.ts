import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Findings } from './findings.ts';
import type { Parts } from './parts.ts';
import type { Path } from './source.ts';

/** Files that the configuration names: there, readable, and of the kind they should be. Paths are resolved by `resolve`. */
export function checkFiles(parts: Parts, resolve: (path: string) => string, findings: Findings): void {
  const read = (path: Path, file: string | undefined) =>
    file === undefined ? undefined : readNamed(path, resolve(file), findings);
  checkTls(parts, read, findings);
  const acme = parts.listen?.redirect?.acmeFolder;
  if (acme !== undefined) checkFolder(['listen', 'redirect', 'acmeFolder'], resolve(acme), findings);
  read(['keys', 'file'], parts.keys?.file);
  checkRedisFiles(parts, read);
  read(['factors', 'sms', 'secretFile'], parts.factors?.sms?.secretFile);
  read(['webauthn', 'metadata'], parts.webauthn?.metadata);
  read(['webauthn', 'metadataRoot'], parts.webauthn?.metadataRoot);
  read(['mail', 'passwordFile'], parts.mail?.passwordFile);
  checkCa(['mail', 'ca'], read(['mail', 'ca'], parts.mail?.ca), findings);
  const { ldap, oidc } = parts.console?.firstFactor ?? {};
  const at = (...path: string[]) => ['console', 'firstFactor', ...path];
  read(at('ldap', 'passwordFile'), ldap?.passwordFile);
  read(at('oidc', 'clientSecretFile'), oidc?.clientSecretFile);
  checkCa(at('ldap', 'ca'), read(at('ldap', 'ca'), ldap?.ca), findings);
  checkCa(at('oidc', 'ca'), read(at('oidc', 'ca'), oidc?.ca), findings);
  for (const [name, { theme }] of parts.realms) {
    read(['realms', name, 'theme', 'css'], theme.css);
    read(['realms', name, 'theme', 'logo'], theme.logo);
  }
  for (const [id, { upstream }] of parts.apps) {
    const path = ['apps', id, 'upstream', 'ca'];
    checkCa(path, read(path, upstream.ca), findings);
  }
}

function checkCa(path: Path, ca: Buffer | undefined, findings: Findings): void {
  if (ca === undefined || /-----BEGIN CERTIFICATE-----/.test(ca.toString('latin1'))) return;
  findings.error(path, { found: 'a file without a certificate', expected: 'certificates in PEM form' });
}

function checkTls(parts: Parts, read: (path: Path, file: string) => Buffer | undefined, findings: Findings): void {
  const tls = parts.listen?.tls;
  if (tls === undefined) return;
  const cert = read(['listen', 'tls', 'certificate'], tls.certificate);
  const key = read(['listen', 'tls', 'key'], tls.key);
  if (cert === undefined || key === undefined) return;
  try {
    createSecureContext({ cert, key });
  } catch {
    const expected =
      'a certificate (with its chain) and the key that belongs to it, both PEM, the key without a password';
    findings.error(['listen', 'tls'], { found: 'files that do not make a certificate and its key', expected });
  }
}

function checkRedisFiles({ store }: Parts, read: (path: Path, file: string | undefined) => unknown): void {
  const redis = store?.redis;
  const at = (...path: string[]) => ['store', 'redis', ...path];
  read(at('passwordFile'), redis?.passwordFile);
  read(at('sentinelPasswordFile'), redis?.sentinelPasswordFile);
  if (typeof redis?.tls !== 'object') return;
  for (const name of ['ca', 'certificate', 'key'] as const) read(at('tls', name), redis.tls[name]);
}

function readNamed(path: Path, file: string, findings: Findings): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    findings.error(path, {
      found: `${file}: ${reason(error)}`,
      expected: 'a file that Sluis may read',
      hint: remedy(error),
    });
    return undefined;
  }
}

function checkFolder(path: Path, folder: string, findings: Findings): void {
  try {
    if (statSync(folder).isDirectory()) return;
    findings.error(path, { found: `${folder}: not a folder`, expected: 'a folder' });
  } catch (error) {
    findings.error(path, {
      found: `${folder}: ${reason(error)}`,
      expected: 'a folder that Sluis may read',
      hint: remedy(error),
    });
  }
}

export function reason(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'not there';
  if (code === 'EACCES' || code === 'EPERM') return 'not readable for this user';
  if (code === 'EISDIR') return 'a folder, not a file';
  return code ?? 'not readable';
}

function remedy(error: unknown): string {
  const denied = ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');
  return denied
    ? 'give the user that runs Sluis the right to read it (chgrp, chmod g+r)'
    : 'relative paths start at the folder of the configuration file';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
