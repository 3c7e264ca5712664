import type { AppConfig, ServiceConfig } from '../config/app-config.ts';
import { renderTemplate } from './template.ts';

/** What starts a generation of an app with the handoff `reload`: a shell script, `.mkdeb/start` in its release. */
export function renderGenerationStart(config: AppConfig, service: ServiceConfig): string {
  const variables = Object.entries(service.environment).map(([key, value]) => `${key}=${value}`);
  return renderTemplate(
    'reload/start',
    { name: config.name, environment: variables, command: service.exec },
    'shell',
  );
}
