/**
 * As much of DER (X.690) as certificates need that `node:crypto` reads, but does not show: their extensions, and the
 * bits of their public keys.
 */
export interface Element {
  readonly tag: number;
  readonly value: Buffer;
}

/** The elements one after the other; undefined where the bytes are no DER. */
export function elementsOf(bytes: Buffer): readonly Element[] | undefined {
  const found: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const head = headAt(bytes, at);
    if (head === undefined || head.from + head.length > bytes.length) return undefined;
    found.push({ tag: bytes[at] ?? 0, value: bytes.subarray(head.from, head.from + head.length) });
    at = head.from + head.length;
  }
  return found;
}

function headAt(bytes: Buffer, at: number): { from: number; length: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { from: at + 2, length: first };
  const size = first & 0x7f;
  if (size === 0 || size > 3 || at + 2 + size > bytes.length) return undefined;
  return { from: at + 2 + size, length: bytes.readUIntBE(at + 2, size) };
}

const tags = { boolean: 0x01, bits: 0x03, octets: 0x04, oid: 0x06, sequence: 0x30, extensions: 0xa3 } as const;

/** The value of a certificate's extension (RFC 5280 4.2), `oid` as its bytes; undefined where it has none, or two. */
export function extensionOf(certificate: Buffer, oid: Buffer): Buffer | undefined {
  const [whole] = elementsOf(certificate) ?? [];
  const [body] = inside(whole);
  const block = inside(body).find(({ tag }) => tag === tags.extensions);
  const [list] = inside(block);
  const fitting = inside(list).filter(one => {
    const [name] = inside(one);
    return name?.tag === tags.oid && name.value.equals(oid);
  });
  if (fitting.length !== 1) return undefined;
  return inside(fitting[0]).find(({ tag }) => tag === tags.octets)?.value;
}

/** The bits of a public key in a SubjectPublicKeyInfo: what key identifiers are the SHA-1 of (RFC 5280 4.2.1.2). */
export function keyBitsOf(spki: Buffer): Buffer | undefined {
  const [whole] = elementsOf(spki) ?? [];
  return inside(whole)
    .find(({ tag }) => tag === tags.bits)
    ?.value.subarray(1);
}

export function inside(element: Element | undefined): readonly Element[] {
  return (element === undefined ? undefined : elementsOf(element.value)) ?? [];
}
