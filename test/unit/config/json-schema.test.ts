import { Ajv2020 as Ajv } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { jsonSchema } from '../../../src/config/schema.ts';

test('the published JSON schema is the code’s (vitest run --update writes it)', async () => {
  await expect(`${JSON.stringify(jsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../schema/mkdeb.schema.json',
  );
});

test('it takes several packages and architectures, and no packages within packages', () => {
  const validate = new Ajv({ strict: false }).compile(jsonSchema() as object);
  expect(
    validate({ arch: ['amd64', 'arm64'], packages: [{ name: 'hello', dir: 'a' }, { name: 'world' }] }),
  ).toBe(true);
  expect(validate({ packages: [] })).toBe(false);
  expect(validate({ packages: [{ nam: 'hello' }] })).toBe(false);
  expect(validate({ packages: [{ packages: [{ name: 'hello' }] }] })).toBe(false);
  expect(validate({ arch: ['amd64', 'all'] })).toBe(false);
});
