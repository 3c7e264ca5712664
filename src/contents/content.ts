/** The kinds of `contents` that a .deb holds, by nfpm's names; all kinds of config are conffiles (Policy 10.7.3). */
export const contentTypes = [
  'file',
  'config',
  'config|noreplace',
  'config|missingok',
  'symlink',
  'dir',
  'tree',
] as const;
export type ContentType = (typeof contentTypes)[number];

/** The kinds that only an rpm knows. */
export const rpmContentTypes = ['ghost', 'doc', 'licence', 'license', 'readme'] as const;

/** One item of `contents`, checked: what of this machine goes where on the host. */
export interface Content {
  /** A path or a pattern, relative to the app's directory; of a symlink its target; null where a dir has none. */
  src: string | null;
  /** As written: a slash at its end says that it is a directory. */
  dst: string;
  type: ContentType;
  owner: string | null;
  group: string | null;
  /** Permission bits; null: those on the disk, less the umask. */
  mode: number | null;
  /** In seconds since 1970; null: the package's time. */
  mtimeSeconds: number | null;
  /** For messages: `mkdeb.yaml:12:5: contents[2]`. */
  place: string;
}

/** How `contents` as a whole are read. */
export interface ContentsOptions {
  /** Bits that a mode from the disk loses. */
  umask: number;
  /** Whether every `src` is a path, its wildcards plain characters. */
  disableGlobbing: boolean;
}
