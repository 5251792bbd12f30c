import { sign, X509Certificate } from 'node:crypto';
import { systemClock } from '../component/id/clock.ts';
import { loadASN1Writer, type ASN1Writer } from '../pki/asn1-writer.ts';
import { newCertificateAuthority } from '../pki/certificate-authority.ts';
import { parsePrivateKey, type CertificatePair } from '../pki/certificate-pair.ts';
import { subjectDEROf } from '../pki/der.ts';
import { generateKeyPair, toKeyPEM } from '../pki/keys.ts';
import { clientContent } from '../pki/leaf-content.ts';

/** A root that lets authorities stand below it, and one that does. */
export interface TestChain {
  readonly root: CertificatePair;
  readonly intermediate: CertificatePair;
  /** A client certificate of the intermediate authority, followed by that authority's own. */
  client(user: string): Promise<Pick<CertificatePair, 'certPEM' | 'keyPEM'>>;
}

/** Makes authorities of two levels, which our own issuer never does: its roots allow none below them. */
export async function newTestChain(): Promise<TestChain> {
  const writer = await loadASN1Writer();
  const root = await newAuthority(writer, 'chain-root');
  const intermediate = await newAuthority(writer, 'chain-intermediate', root);
  return {
    root,
    intermediate,
    async client(user) {
      const authority = newCertificateAuthority(intermediate, systemClock);
      const leaf = await authority.issue({ ...clientContent(user, []), lifetime: 3_600_000 });
      return { certPEM: leaf.certPEM + intermediate.certPEM, keyPEM: leaf.keyPEM };
    },
  };
}

async function newAuthority(writer: ASN1Writer, name: string, issuer?: CertificatePair): Promise<CertificatePair> {
  const keys = await generateKeyPair('ecdsa-p256');
  const algorithm = writer.sequence(writer.oid('1.2.840.10045.4.3.2'));
  const subject = writer.sequence(writer.set(writer.sequence(writer.oid('2.5.4.3'), writer.utf8String(name))));
  const constraints = writer.octetString(writer.encode(writer.sequence(writer.boolean(true))));
  const identifier = writer.octetString(writer.encode(writer.octetString(Buffer.from(name))));
  const extensions = writer.sequence(
    writer.sequence(writer.oid('2.5.29.19'), writer.boolean(true), constraints),
    writer.sequence(writer.oid('2.5.29.14'), identifier),
  );
  const body = writer.encode(
    writer.sequence(
      writer.explicit(0, writer.integer(2)),
      writer.integer(1),
      algorithm,
      issuer === undefined ? subject : writer.encoded(subjectDEROf(issuer.certificate.raw)),
      writer.sequence(...[-60_000, 3_600_000].map((shift) => writer.time(new Date(Date.now() + shift)))),
      subject,
      writer.encoded(keys.publicKey.export({ type: 'spki', format: 'der' })),
      writer.explicit(3, extensions),
    ),
  );
  const signer = issuer === undefined ? keys.privateKey : parsePrivateKey(issuer.keyPEM);
  const signature = writer.bitString(sign('sha256', body, signer));
  const certificate = new X509Certificate(writer.encode(writer.sequence(writer.encoded(body), algorithm, signature)));
  return { certPEM: certificate.toString(), keyPEM: toKeyPEM(keys.privateKey), certificate };
}
