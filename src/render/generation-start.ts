import type { AppConfig, ServiceConfig } from '../config/app-config.ts';
import { isNode } from '../config/node-engine.ts';
import { bundledNodeFolder } from './bundled-node.ts';
import { renderTemplate } from './template.ts';

/** What starts a generation of an app with the handoff `reload`: a shell script, `.mkdeb/start` in its release. */
export function renderGenerationStart(config: AppConfig, service: ServiceConfig): string {
  const variables = Object.entries(service.environment).map(([key, value]) => `${key}=${value}`);
  const [program = '', ...args] = service.exec;
  const command = [service.node !== null && isNode(program) ? 'node' : program, ...args];
  return renderTemplate(
    'reload/start',
    {
      name: config.name,
      environment: variables,
      command,
      node: service.node === null ? '' : bundledNodeFolder,
    },
    'shell',
  );
}
