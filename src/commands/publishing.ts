import { BadInput } from '../bad-input.ts';
import type { WrittenPackage } from '../changes/write-changes.ts';
import { proposal } from '../config/did-you-mean.ts';
import { writeChecksumFile } from '../deb/checksum-file.ts';
import { interruptible } from '../deb/interruption.ts';
import { type SignatureType, signatureTypes } from '../deb/signature-member.ts';
import type { WriteDebOptions } from '../deb/write-deb.ts';
import type { Built } from '../sbom/write-bill-of-materials.ts';
import type { Signer } from '../sign/signer.ts';
import { readSigningRequest, type SigningOptions } from '../sign/signing-request.ts';

export interface PublishingOptions extends SigningOptions {
  signType: string;
  checksums?: boolean;
  sbom?: boolean;
  changes?: boolean;
}

/** What was written besides the package, by the names that --json tells. */
export interface Published {
  signed?: { type: SignatureType; fingerprint: string };
  checksums?: string;
  sbom?: string;
  buildinfo?: string;
  changes?: string;
}

/** What a build has written. */
export interface BuiltPackages extends Built {
  path: string;
  /** As deb-changelog(5) has it. */
  changelog: string;
  /** The package of the debug symbols, or null. */
  dbgsym: WrittenPackage | null;
}

/** What a build does for those who get the package: the signature in it, and the files beside it. */
export interface Publishing {
  signing: Pick<WriteDebOptions, 'sign'>;
  /** Aborts when the process is told to end. */
  signal: AbortSignal;
  /** After the packages were written. */
  finish(built: BuiltPackages): Promise<Published>;
}

/** Runs a build with a key at hand if one was asked for. Throws BadInput before anything is built. */
export async function withPublishing<T>(
  options: PublishingOptions,
  task: (publishing: Publishing) => Promise<T>,
): Promise<T> {
  const type = readSignatureType(options.signType);
  const request = readSigningRequest(options, process.env);
  return interruptible(undefined, async (signal) => {
    let published: Published = {};
    const finish =
      (signer: Signer | null): Publishing['finish'] =>
      async (built) => {
        const { path, pkg, dbgsym, changelog } = built;
        if (options.sbom) {
          published.sbom = `${path}.cdx.json`;
          // Its library takes as long to load as a small package to build.
          const { writeBillOfMaterials } = await import('../sbom/write-bill-of-materials.ts');
          await writeBillOfMaterials(published.sbom, built, signal);
        }
        if (options.checksums) {
          published.checksums = await writeChecksumFile(path, signal);
          if (dbgsym !== null) await writeChecksumFile(dbgsym.path, signal);
        }
        if (options.changes) {
          const { writeChanges } = await import('../changes/write-changes.ts');
          const sign = signer === null ? null : async (text: string) => (await signer.clear(text)).bytes;
          const files = { pkg: { path, control: pkg.control }, dbgsym, changelog, sign };
          Object.assign(published, await writeChanges(files, signal));
        }
        const told = published;
        published = {};
        return told;
      };
    if (request === null) return task({ signal, signing: {}, finish: finish(null) });
    const { withSigner } = await import('../sign/signer.ts');
    return withSigner(request, signal, (signer) => {
      const members: NonNullable<WriteDebOptions['sign']>['members'] = async (data) => {
        const { bytes, fingerprint } = await signer.detached(data);
        published.signed = { type, fingerprint };
        return bytes;
      };
      return task({ signal, signing: { sign: { type, members } }, finish: finish(signer) });
    });
  });
}

export function readSignatureType(text: string): SignatureType {
  const type = signatureTypes.find((one) => one === text);
  if (type === undefined) {
    throw new BadInput(`--sign-type is ${JSON.stringify(text)}; ${proposal(text, signatureTypes)}`);
  }
  return type;
}

export function publishedLines({ signed, checksums, sbom, buildinfo, changes }: Published): string {
  return [
    ...(signed === undefined ? [] : [`signed (${signed.type}) by ${signed.fingerprint}\n`]),
    ...(sbom === undefined ? [] : [`${sbom}: what it is made of\n`]),
    ...(changes === undefined ? [] : [`${changes}, ${buildinfo}: for dput and reprepro\n`]),
    ...(checksums === undefined ? [] : [`${checksums}: its SHA-256\n`]),
  ].join('');
}
