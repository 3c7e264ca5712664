import { type LoadedConfig, type LoadOptions, loadConfigs } from '../../../src/config/load-config.ts';

/** The configuration of an app that describes one package. */
export async function loadConfig(dir: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const [one, ...others] = await loadConfigs(dir, options);
  if (others.length > 0) throw new Error(`${others.length + 1} packages`);
  return one;
}
