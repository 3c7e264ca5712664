/**
 * The package model: everything that a .deb holds, before a byte of it is written.
 * Pure data; the writer in `src/deb/` turns it into an archive, `src/render/` makes most of its texts.
 */

/** A path on the host: absolute, no `.` or `..`, no trailing slash. */
export type HostPath = string;

/**
 * Where a file's bytes come from: text or bytes made here, or a file on this machine's disk, read when it is written;
 * `seen` is what the disk said of it when its size was taken.
 */
export type Content =
  | { text: string }
  | { bytes: Uint8Array }
  | { disk: string; size: number; seen?: FileStamp };

/** What does not stay when a file's bytes change (inode(7)). Times in milliseconds since 1970. */
export interface FileStamp {
  device: number;
  inode: number;
  mtimeMs: number;
  ctimeMs: number;
}

/** Whose an entry is and of when. */
export interface Attributes {
  /** A user's name, or a number, as the host knows it; root unless given. */
  owner?: string;
  /** A group's name, or a number; root unless given. */
  group?: string;
  /** In seconds since 1970; the package's time unless given. */
  mtimeSeconds?: number;
}

interface EntryBase extends Attributes {
  path: HostPath;
  /** Permission bits with set-id and sticky, e.g. 0o755, 0o4755. */
  mode: number;
}

export interface FileEntry extends EntryBase {
  kind: 'file';
  content: Content;
  /** Listed in the conffiles control file: dpkg asks before it replaces an admin's change (Policy 10.7.3). */
  conffile?: boolean;
}

export interface DirectoryEntry extends EntryBase {
  kind: 'directory';
}

export interface SymlinkEntry extends Attributes {
  kind: 'symlink';
  path: HostPath;
  /** As written into the link, relative or absolute. */
  target: string;
}

export interface HardLinkEntry {
  kind: 'hardlink';
  path: HostPath;
  /** The path of a file entry of the same package. */
  target: HostPath;
}

/** A hard link has the mode and the attributes of its file. */
export type Entry = FileEntry | DirectoryEntry | SymlinkEntry | HardLinkEntry;

/** The fields of DEBIAN/control in the order they are written (Policy 5.3), Installed-Size left out: the writer knows it. */
export type ControlFields = ReadonlyArray<readonly [name: string, value: string]>;

export const maintainerScriptNames = ['preinst', 'postinst', 'prerm', 'postrm'] as const;
export type MaintainerScriptName = (typeof maintainerScriptNames)[number];

/** Further control files that dpkg and debconf know (deb-triggers(5), debconf-devel(7)). */
export const furtherControlFileNames = ['config', 'rules', 'templates', 'triggers'] as const;
export type FurtherControlFileName = (typeof furtherControlFileNames)[number];

export interface Package {
  control: ControlFields;
  /** In any order; parents need not be listed, the writer adds them and sorts. */
  entries: readonly Entry[];
  /** Texts, or bytes as they are where the user's own script is one. */
  scripts: Readonly<Partial<Record<MaintainerScriptName, string | Uint8Array>>>;
  controlFiles?: Readonly<Partial<Record<FurtherControlFileName, string | Uint8Array>>>;
}
