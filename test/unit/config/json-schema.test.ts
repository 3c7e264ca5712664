import { expect, test } from 'vitest';
import { jsonSchema } from '../../../src/config/schema.ts';

test('the published JSON schema is the code’s (vitest run --update writes it)', async () => {
  await expect(`${JSON.stringify(jsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../schema/mkdeb.schema.json',
  );
});
