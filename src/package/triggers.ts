/** The directives of the triggers control file (deb-triggers(5)), by their names in nfpm.yaml. */
export const triggerDirectives = {
  interest: 'interest',
  interest_await: 'interest-await',
  interest_noawait: 'interest-noawait',
  activate: 'activate',
  activate_await: 'activate-await',
  activate_noawait: 'activate-noawait',
} as const;
export type TriggerKey = keyof typeof triggerDirectives;

/** What is wrong with the name of a trigger, or null: a path on the host, or a plain name (dpkg's trig_name_is_illegal). */
export function triggerNameMistake(name: string): string | null {
  if (/^[A-Za-z0-9][A-Za-z0-9:+._-]*$|^\/[!-~]*$/.test(name)) return null;
  return 'expected a trigger: a path such as /usr/share/icons, or a name such as update-initramfs';
}

/** The triggers control file; empty where there is none. */
export function formatTriggers(
  triggers: Readonly<Partial<Record<TriggerKey, readonly string[] | undefined>>>,
): string {
  return (Object.keys(triggerDirectives) as TriggerKey[])
    .flatMap((key) => (triggers[key] ?? []).map((name) => `${triggerDirectives[key]} ${name}\n`))
    .join('');
}
