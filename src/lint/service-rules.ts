import { findingAbout, type LintFinding } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';

/** What an upgrade means for the package's services. */
export function serviceFindings({ service, units, name }: LintedPackage): LintFinding[] {
  if (service !== null) {
    if (service.get('HEALTH_PATH') !== '' || service.get('HEALTH_NOTIFY') === 'yes') return [];
    return [
      {
        level: 'warning',
        rule: 'service-without-health-check',
        where: [`${name}.service`],
        says: 'the new version counts as healthy once it accepts a connection, whatever it would answer',
        source: 'mkdeb, docs/handoffs.md',
        mend: 'give service.health a path in mkdeb.yaml, such as "health: /health"',
      },
    ];
  }
  const restarted = [...units].flatMap(([path, text]) =>
    /\/system\/[^/@]+\.service$/.test(path) && /^ExecStart=/m.test(text) && !/^Type=\s*oneshot/m.test(text)
      ? [path]
      : [],
  );
  return findingAbout(restarted, {
    level: 'info',
    rule: 'service-restarts-at-upgrade',
    says: 'services that an upgrade stops and starts, if its scripts do anything: requests in between are lost',
    source: 'mkdeb, docs/handoffs.md',
    mend: 'build it with mkdeb and a "service:", which hands over with no request lost',
  });
}
