import { createHash } from 'node:crypto';
import { Contrib, Enums, Models, Serialize, SPDX, Spec } from '@cyclonedx/cyclonedx-library';
import parseSpdxExpression from 'spdx-expression-parse';
import { splitRelations } from '../config/relation.ts';
import type { ControlFields } from '../package/package.ts';
import type { NpmModule, PayloadModules } from './npm-modules.ts';

export interface BillOfMaterialsInput {
  control: ControlFields;
  license: string | null;
  npm: PayloadModules;
}

/**
 * What a package is made of, as CycloneDX 1.6 (JSON): the package itself, the npm modules in its payload, and the Debian
 * packages that it depends on. The same package gives the same bytes: the serial number is derived from the rest, and
 * no time is told. Pure.
 */
export function billOfMaterials({ control, license, npm }: BillOfMaterialsInput): string {
  const field = (name: string) => control.find(([one]) => one === name)?.[1];
  const version = field('Version') ?? '';
  const name = field('Package') ?? '';
  const purl = `pkg:deb/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${field('Architecture') ?? ''}`;
  const [synopsis = ''] = (field('Description') ?? '').split('\n');
  const itself = new Models.Component(Enums.ComponentType.Application, name, {
    ...{ version, purl, bomRef: purl, description: synopsis, licenses: licenses(license) },
  });
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: itself }) });

  const byPurl = new Map<string, Models.Component>();
  const byDirectory = new Map<string, Models.Component>();
  for (const module of npm.modules) {
    const component = byPurl.get(npmPurl(module)) ?? npmComponent(module);
    byPurl.set(npmPurl(module), component);
    byDirectory.set(module.directory, component);
    bom.components.add(component);
  }
  const refer = (from: Models.Component, directories: readonly string[]) => {
    for (const directory of directories) {
      const needed = byDirectory.get(directory);
      if (needed !== undefined && needed !== from) from.dependencies.add(needed.bomRef);
    }
  };
  for (const { directory, needs } of npm.modules) {
    const component = byDirectory.get(directory);
    if (component !== undefined) refer(component, needs);
  }
  refer(itself, npm.appNeeds);
  const needed = ['Pre-Depends', 'Depends'].flatMap((name) => splitRelations(field(name) ?? ''));
  for (const relation of new Set(needed)) {
    const component = debianComponent(relation);
    bom.components.add(component);
    itself.dependencies.add(component.bomRef);
  }

  bom.serialNumber = serialNumber(serialize(bom));
  return `${serialize(bom)}\n`;
}

function serialize(bom: Models.Bom): string {
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(factory).serialize(bom, { sortLists: true, space: 2 });
}

/** A UUID of version 8 (RFC 9562, 5.8), whose bits are a hash's. */
function serialNumber(content: string): string {
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return `urn:uuid:${bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
}

function npmComponent(module: NpmModule): Models.Component {
  const { name, version, license, description, integrity } = module;
  const scoped = /^(@[^/]+)\/(.+)$/.exec(name);
  const purl = npmPurl(module);
  const component = new Models.Component(Enums.ComponentType.Library, scoped?.[2] ?? name, {
    ...(scoped?.[1] === undefined ? {} : { group: scoped[1] }),
    ...(version === null ? {} : { version }),
    ...(description === null ? {} : { description }),
    ...{ purl, bomRef: purl, licenses: licenses(license), scope: Enums.ComponentScope.Required },
  });
  for (const one of integrity?.split(/\s+/) ?? []) {
    // A hash that CycloneDX has a name for.
    if (!/^sha(1|256|384|512)-/.test(one)) continue;
    component.hashes.set(...Contrib.FromNodePackageJson.Utils.parsePackageIntegrity(one));
  }
  return component;
}

/** As the purl specification has it for npm: each part percent-encoded, the `@` of a scope too. */
function npmPurl({ name, version }: NpmModule): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:npm/${path}${version === null ? '' : `@${encodeURIComponent(version)}`}`;
}

/** By what it is called, not which: which version a server has, apt decides there. */
function debianComponent(relation: string): Models.Component {
  const name = /^[^\s:(|]+/.exec(relation)?.[0] ?? relation;
  const component = new Models.Component(Enums.ComponentType.Library, name, {
    ...{ purl: `pkg:deb/${encodeURIComponent(name)}`, bomRef: `relation:${relation}` },
    scope: Enums.ComponentScope.Required,
  });
  component.properties.add(new Models.Property('mkdeb:depends', relation));
  return component;
}

function licenses(license: string | null): Models.LicenseRepository {
  if (license === null) return new Models.LicenseRepository();
  const id = SPDX.fixupSpdxId(license);
  if (id !== undefined) return new Models.LicenseRepository([new Models.SpdxLicense(id)]);
  return new Models.LicenseRepository([
    isSpdxExpression(license) ? new Models.LicenseExpression(license) : new Models.NamedLicense(license),
  ]);
}

function isSpdxExpression(text: string): boolean {
  try {
    parseSpdxExpression(text);
    return true;
  } catch {
    return false;
  }
}
