import { X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';

const begin = '-----BEGIN CERTIFICATE-----';
const end = '-----END CERTIFICATE-----';

/**
 * The certificates of a PEM text, in order (Go: `cert.ParseCertsPEM`). Every CERTIFICATE block must parse and there must be at
 * least one; blocks of other kinds and text between blocks are passed over. Throws `CertificateError` `Corrupt`.
 */
export function parseCertificates(pem: string): readonly X509Certificate[] {
  const certificates = certificateBlocks(pem).map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new CertificateError('Corrupt', `certificate ${index + 1} of the PEM text cannot be parsed`, { cause });
    }
  });
  if (certificates.length === 0) throw new CertificateError('Corrupt', 'the PEM text contains no certificate');
  return certificates;
}

/** Cuts the blocks out with plain searches: a bundle may come from an API object, and a pattern could be made to run for long. */
function certificateBlocks(pem: string): readonly string[] {
  const blocks: string[] = [];
  for (let start = pem.indexOf(begin); start !== -1; start = pem.indexOf(begin, start)) {
    const stop = pem.indexOf(end, start);
    if (stop === -1) {
      throw new CertificateError('Corrupt', `certificate ${blocks.length + 1} of the PEM text has no end`);
    }
    blocks.push(`${pem.slice(start, stop)}${end}\n`);
    start = stop + end.length;
  }
  return blocks;
}
