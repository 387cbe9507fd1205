/** Where the first factor of operators is kept, if not with Sluis; see `settings.ts`. */
export type FirstFactorSettings = LdapSettings | OidcSettings;

export interface LdapSettings {
  readonly kind: 'ldap';
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly serverName: string | undefined;
  readonly ca: string | undefined;
  /** Distinguished name of who looks people up. */
  readonly user: string;
  /** Undefined: SLUIS_LDAP_PASSWORD. */
  readonly passwordFile: string | undefined;
  readonly base: string;
  /** RFC 4515, with {email}. */
  readonly filter: string;
  readonly timeout: number;
}

export interface OidcSettings {
  readonly kind: 'oidc';
  readonly issuer: string;
  readonly title: string;
  readonly clientId: string;
  /** Undefined: SLUIS_OIDC_SECRET. */
  readonly clientSecretFile: string | undefined;
  readonly ca: string | undefined;
  /** Undefined: nobody is known by an address. */
  readonly addressClaim: string | undefined;
  /** Nobody chooses that claim for herself. */
  readonly administered: boolean;
  readonly timeout: number;
}
