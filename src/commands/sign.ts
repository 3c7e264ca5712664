import { writeChecksumFile } from '../deb/checksum-file.ts';
import { interruptible } from '../deb/interruption.ts';
import { checkSignable, signDeb } from '../deb/sign-deb.ts';
import { withSigner } from '../sign/signer.ts';
import { readSigningRequest, type SigningOptions } from '../sign/signing-request.ts';
import { readSignatureType } from './publishing.ts';

export interface SignOptions extends SigningOptions {
  signType: string;
  checksums?: boolean;
  json?: boolean;
}

/** `mkdeb sign`: packages that exist get a signature; nothing is signed where one of them is none. */
export async function sign(files: readonly string[], options: SignOptions): Promise<void> {
  const type = readSignatureType(options.signType);
  const request = readSigningRequest({ ...options, sign: options.sign ?? true }, process.env);
  for (const file of files) await checkSignable(file);
  const told: { path: string; type: string; fingerprint: string; checksums?: string }[] = [];
  await interruptible(undefined, async (signal) => {
    if (request === null) return;
    await withSigner(request, signal, async (signer) => {
      for (const path of files) {
        let fingerprint = '';
        await signDeb(
          path,
          type,
          async (data) => {
            const signature = await signer.detached(data);
            fingerprint = signature.fingerprint;
            return signature.bytes;
          },
          signal,
        );
        const checksums = options.checksums ? { checksums: await writeChecksumFile(path, signal) } : {};
        told.push({ path, type, fingerprint, ...checksums });
        if (!options.json) process.stdout.write(`${path}: signed (${type}) by ${fingerprint}\n`);
      }
    });
  });
  if (options.json) process.stdout.write(`${JSON.stringify({ signed: told })}\n`);
}
